/**
 * How long a notice must run at least, by the rule that stands in its opening: days are counted as
 * the rule says, and an end on a closed day moves on where it says so.
 */

import { type Json, type Table, table } from "./canonical.mjs";

/** The rules that are known by name; any other is told. */
export const KNOWN: Record<string, string> = {
  "cn-art26": "CN",
  "cn-civil-code": "CN",
  "jp-art17": "JP",
  "jp-art17-from-notice": "JP",
  "jp-art16": "JP",
  "jp-art16-from-notice": "JP",
  "de-baugb-3-2": "DE",
};
const DAY_MS = 86_400_000;
/** There weekend days are worked in exchange for others, so that only the record knows. */
const EXCHANGES = "CN";

const read = (day: Json | undefined): number => {
  if (typeof day !== "string" || !/^\d{4}-\d\d-\d\d$/.test(day)) throw new Error(`no day: ${String(day)}`);
  return Date.parse(`${day}T00:00:00Z`) / DAY_MS;
};
const write = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** What is wrong with a period; undefined where it is long enough. `listed` are its closed days, as entered. */
export function shortfall(rule: Table, period: Table, listed: Json | undefined): string | undefined {
  const [submission, inspection] = [table(period["submission"]), table(period["inspection"])];
  const [first, last, seen] = [read(submission["first"]), read(submission["last"]), read(inspection["last"])];
  const closed = closedDays(rule, listed);
  const moved = (day: number): number => {
    let end = day;
    while (rule["closed_last_day"] === "moves" && closed(end)) end++;
    return end;
  };
  const least = moved(lastDay(rule, first));
  let until = least;
  if (rule["submission_after_inspection"] != null) {
    const later = table(rule["submission_after_inspection"]);
    until = moved(least + Number(later["minimum"]) * (later["unit"] === "week" ? 7 : 1));
  }
  const days = `${write(first)} to ${write(last)}`;
  if (last < until || seen < least) return `${days}, and at least to ${write(until)} by ${String(rule["id"])}`;
  if (moved(last) !== last || moved(seen) !== seen) return `${days}, which ends on a closed day`;
  return undefined;
}

/** The last day without regard to closed ones. */
function lastDay(rule: Table, first: number): number {
  const limits = (rule["limits"] as Json[]).map(table).filter(({ from }) => from == null || read(from) <= first);
  const limit = limits.at(-1);
  if (limit === undefined) throw new Error("the rule has no limit on that day");
  const counted = rule["first_day"] === "counted" ? first : first + 1;
  const count = Number(limit["minimum"]);
  let last = counted + count * (limit["unit"] === "week" ? 7 : 1) - 1;
  if (limit["unit"] === "month") {
    const begun = new Date(counted * DAY_MS);
    const [year, month, day] = [begun.getUTCFullYear(), begun.getUTCMonth() + count, begun.getUTCDate()];
    const days = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
    last = Date.UTC(year, month, day > days ? days : day - 1) / DAY_MS;
  }
  const atLeast = limit["at_least_days"];
  return typeof atLeast === "number" ? Math.max(last, counted + atLeast - 1) : last;
}

/** Days that the record names, days of each year that the law names, and weekends. Holidays it must be told. */
function closedDays(rule: Table, listed: Json | undefined): (day: number) => boolean {
  const named = new Set(Array.isArray(listed) ? listed.map(String) : []);
  const holidays = rule["holidays"] == null ? {} : table(rule["holidays"]);
  const also = new Set(Array.isArray(holidays["also"]) ? holidays["also"].map(String) : []);
  const exchanges = rule["country"] === EXCHANGES && Array.isArray(listed);
  return (day) => {
    const said = write(day);
    if (named.has(said)) return true;
    return !exchanges && (also.has(said.slice(5)) || [0, 6].includes(new Date(day * DAY_MS).getUTCDay()));
  };
}
