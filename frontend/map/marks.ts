// One sign for each kind of facility, as drawings of Chinese offices have them.

export const SIGNS: Record<string, string> = {
  kindergarten: "幼", primary_school: "小", secondary_school: "中", nine_year_school: "学", nursing_home: "养",
  day_care: "托", culture: "文", library: "图", clinic: "医", hospital: "院", sport: "体", market: "市",
  police: "警", fire: "消", welfare: "福",
}; // prettier-ignore

/** The same where a language writes a sign otherwise. */
const OTHERWISE: Record<string, Record<string, string>> = {
  ja: { nursing_home: "養", library: "図" },
  en: {
    kindergarten: "K", primary_school: "P", secondary_school: "S", nine_year_school: "P", nursing_home: "N",
    day_care: "D", culture: "C", library: "L", clinic: "+", hospital: "H", sport: "⚽", market: "M",
    police: "⛨", fire: "F", welfare: "W",
  },
}; // prettier-ignore

export const signOf = (service: string | null | undefined, lang: string): string =>
  (service && (OTHERWISE[lang]?.[service] ?? SIGNS[service])) || "·";
