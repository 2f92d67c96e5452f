// SPDX-License-Identifier: Apache-2.0
/* Seconds since 1970 to a date (days to civil, by H. Hinnant's formulas): divisions by constants. */
// input: hex 80f3c565 00000000 00000000 00000000
// input: hex ffffff7f 00000000 00000000 00000000
#include "../workload.h"

struct clock {
    __u32 seconds, year, month, day;
};

SEC("raw") __u32 rtc_date(struct clock *ctx)
{
    __u32 days = ctx->seconds / 86400 + 719468, era = days / 146097, of_era = days % 146097;
    __u32 year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    __u32 of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
    ctx->day = of_year - (153 * month + 2) / 5 + 1;
    ctx->month = month < 10 ? month + 3 : month - 9;
    ctx->year = year + era * 400 + (ctx->month <= 2);
    return ctx->year * 10000 + ctx->month * 100 + ctx->day;
}
