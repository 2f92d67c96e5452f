// SPDX-License-Identifier: Apache-2.0
/* A main that faults, on every processor. */
int main(void);

int main(void)
{
    __builtin_trap();
}
