// Every word that people read, in three languages; one term for one thing.

import type { Lang } from "./types";

const WORDS = {
  verdicts: { zh: "评判", en: "Verdicts", ja: "判定" },
  faults: { zh: "数据问题", en: "Faults", ja: "データの不備" },
  table: { zh: "地块表", en: "Parcels", ja: "区画表" },
  scenarios: { zh: "方案", en: "Scenarios", ja: "シナリオ" },
  branch: { zh: "另建方案", en: "New branch", ja: "派生を作る" },
  layers: { zh: "图层", en: "Layers", ja: "レイヤ" },
  search: { zh: "地块、道路、设施、规则", en: "Parcel, street, facility, rule", ja: "区画・道路・施設・規則" },
  carries: { zh: "可容纳人口", en: "Carries", ja: "収容できる人口" },
  people: { zh: "人", en: "people", ja: "人" },
  firstShort: { zh: "最先不足", en: "first short", ja: "最初に不足" },
  planned: { zh: "规划人口", en: "planned", ja: "計画人口" },
  fail: { zh: "不符合", en: "fail", ja: "不適合" },
  pass: { zh: "符合", en: "pass", ja: "適合" },
  unknown: { zh: "未定", en: "unknown", ja: "判定不能" },
  not_applicable: { zh: "不适用", en: "not applicable", ja: "対象外" },
  required: { zh: "竖线为要求", en: "line = required", ja: "縦線＝基準" },
  asks: { zh: "要求", en: "asks", ja: "基準" },
  isNew: { zh: "新", en: "new", ja: "新" },
  affected: { zh: "涉及居民", en: "residents affected", ja: "影響を受ける住民" },
  beyond: { zh: "未满足的居民", en: "Residents beyond reach", ja: "届かない住民" },
  readings: { zh: "种读法，一条规定", en: "readings, one rule", ja: "通りの読み方、一つの基準" },
  judges: { zh: "◆ 用于评判", en: "◆ the one that judges", ja: "◆ 判定に用いる読み方" },
  select: { zh: "选择", en: "Select", ja: "選択" },
  split: { zh: "分割", en: "Split", ja: "分割" },
  merge: { zh: "合并", en: "Merge", ja: "統合" },
  boundary: { zh: "边界", en: "Boundary", ja: "境界" },
  vertex: { zh: "顶点", en: "Vertex", ja: "頂点" },
  facility: { zh: "设施", en: "Facility", ja: "施設" },
  undo: { zh: "撤销", en: "Undo", ja: "元に戻す" },
  redo: { zh: "重做", en: "Redo", ja: "やり直す" },
  nothingSelected: {
    zh: "在图上或表中选择一个地块。",
    en: "Select a parcel on the map or in the table.",
    ja: "地図か表で区画を選んでください。",
  },
  landUse: { zh: "用地性质", en: "Land use", ja: "用地区分" },
  area: { zh: "面积", en: "Area", ja: "面積" },
  residents: { zh: "居民", en: "Residents", ja: "居住人口" },
  saved: { zh: "已保存", en: "Saved", ja: "保存済み" },
  saving: { zh: "已记入编辑记录，正在写入方案", en: "In the log, being written", ja: "記録済み・書き込み中" },
  judged: { zh: "评判用时", en: "judged in", ja: "判定" },
  verify: { zh: "与完整评判核对", en: "Compare with a full check", ja: "全体の判定と照合" },
  same: { zh: "与完整评判一致", en: "equals the full check", ja: "全体の判定と一致" },
  notSame: { zh: "与完整评判不一致", en: "differs from the full check", ja: "全体の判定と不一致" },
  judging: { zh: "评判中…", en: "judging…", ja: "判定中…" },
  synthetic: { zh: "几何为合成", en: "synthetic geometry", ja: "形状は架空" },
  offline: {
    zh: "工作台没有回应。已确认的编辑都在磁盘上；请重新启动 blockplan edit。",
    en: "The workbench does not answer. Every confirmed edit is on disk; start blockplan edit again.",
    ja: "応答がありません。確定した編集は保存されています。blockplan edit を再起動してください。",
  },
  splitHint: {
    zh: "单击画线，双击或回车结束；线须从边到边。",
    en: "Click to draw a line from edge to edge; double-click or Enter ends it.",
    ja: "クリックで端から端まで線を引き、ダブルクリックかEnterで確定します。",
  },
  mergeHint: {
    zh: "依次单击要合并的地块，回车合并；第一个的编号和用途保留。",
    en: "Click the parcels, Enter merges them; number and use are those of the first.",
    ja: "統合する区画を順にクリックし、Enterで確定。番号と用途は最初の区画のものです。",
  },
  vertexHint: {
    zh: "拖动顶点；共用边界一起移动。",
    en: "Drag a vertex; shared boundaries go along.",
    ja: "頂点をドラッグすると、共有する境界も一緒に動きます。",
  },
  boundaryHint: {
    zh: "先选两个相邻地块，再画新的界线。",
    en: "Pick two neighbours, then draw the line between them.",
    ja: "隣り合う二つの区画を選び、新しい境界線を引きます。",
  },
  facilityHint: {
    zh: "单击地图放置设施。",
    en: "Click the map to place the facility.",
    ja: "地図をクリックして施設を置きます。",
  },
  service: { zh: "类别", en: "Service", ja: "種別" },
  id: { zh: "编号", en: "Id", ja: "番号" },
  add: { zh: "添加", en: "Add", ja: "追加" },
  remove: { zh: "删除", en: "Remove", ja: "削除" },
  cancel: { zh: "取消", en: "Cancel", ja: "取消" },
  colourSafe: { zh: "色觉友好", en: "colour-safe", ja: "色覚対応" },
  officeColours: { zh: "制图常用色", en: "office colours", ja: "製図の色" },
  stays: { zh: "保留", en: "kept", ja: "維持" },
  noFaults: { zh: "没有数据问题。", en: "No faults in the data.", ja: "データの不備はありません。" },
  noSteps: { zh: "尚无编辑", en: "no edits yet", ja: "編集はまだありません" },
  moreParcels: { zh: "其余请用搜索", en: "search for the others", ja: "残りは検索してください" },
  mustFailing: { zh: "每步之后未满足的强制规则", en: "must rules failing after each step", ja: "各段階で不適合の必須規則" },
  outsideStep: { zh: "文件在别处被修改", en: "the file was changed elsewhere", ja: "ファイルが他で変更されました" },
  keys: { zh: "按键", en: "Keys", ja: "キー" },
  nobody: { zh: "无", en: "none", ja: "なし" },
  unknownValue: { zh: "未知", en: "not known", ja: "不明" },
  asDrawn: { zh: "原方案", en: "as drawn", ja: "原案" },
  mapLabel: { zh: "规划图，箭头键平移", en: "Map of the plan; arrow keys pan", ja: "計画図（矢印キーで移動）" },
  branchName: { zh: "新方案的名称", en: "Name of the branch", ja: "派生の名前" },
  why: { zh: "原因", en: "Why", ja: "理由" },
  parcels: { zh: "地块", en: "parcels", ja: "区画" },
  asPlanned: { zh: "用地", en: "Land use", ja: "用地" },
  facilities: { zh: "设施", en: "Facilities", ja: "施設" },
  streets: { zh: "道路、车站", en: "Streets, stops", ja: "道路・駅" },
  blocks: { zh: "街区界线", en: "Blocks", ja: "街区界" },
  reach: { zh: "未满足处", en: "Who is beyond", ja: "届かない所" },
  labels: { zh: "注记", en: "Labels", ja: "注記" },
  zoomIn: { zh: "放大", en: "Zoom in", ja: "拡大" },
  zoomOut: { zh: "缩小", en: "Zoom out", ja: "縮小" },
  proposals: { zh: "建议", en: "Proposals", ja: "提案" },
  compare: { zh: "对比", en: "Compare", ja: "比較" },
  propose: { zh: "寻找最少的修改", en: "Propose repair", ja: "修復案を探す" },
  proposeAbout: {
    zh: "寻找使全部强制规则得到满足的最少修改。其间可以继续编辑；结果可全部采用，也可只采用一部分。",
    en: "Searches for the fewest changes after which every must rule passes. Edit on meanwhile; take the whole or a part.",
    ja: "必須の規則をすべて満たす最小の変更を探します。その間も編集を続けられます。結果は全部でも一部でも取り込めます。",
  },
  nothingFails: { zh: "没有强制规则不符合。", en: "No must rule fails.", ja: "不適合の必須規則はありません。" },
  searching: { zh: "正在寻找…", en: "Searching…", ja: "探索中…" },
  endSearch: { zh: "以目前最好的结束", en: "End with the best so far", ja: "現時点の最良で終える" },
  best: { zh: "目前最好", en: "best", ja: "最良" },
  bound: { zh: "下界", en: "bound", ja: "下界" },
  proved: { zh: "已证明", en: "proved", ja: "証明済み" },
  stale: {
    zh: "之后方案有过编辑；采用时会核对。",
    en: "The plan was edited since; taking it over is checked against that.",
    ja: "その後に計画が編集されています。取り込み時に照合します。",
  },
  turns: { zh: "评判的变化", en: "Verdicts that turn", ja: "変わる判定" },
  takeWhole: { zh: "全部采用", en: "Take over", ja: "すべて取り込む" },
  takePart: { zh: "采用所选", en: "Take over what is ticked", ja: "選んだものを取り込む" },
  leave: { zh: "不采用", en: "Leave it", ja: "取り込まない" },
  show: { zh: "查看", en: "show", ja: "表示" },
  besides: { zh: "对比", en: "beside", ja: "と比較" },
  chooseScenario: { zh: "选择方案", en: "choose a scenario", ja: "シナリオを選ぶ" },
  compareAbout: {
    zh: "选择另一个方案：左右拖动地图上的竖线，右侧列出评判的差别和居民的得失。",
    en: "Choose another scenario: drag the line on the map; verdicts that differ, and who gains, stand here.",
    ja: "別のシナリオを選ぶと、地図上の線を動かして見比べられます。判定の違いと住民の得失はここに示します。",
  },
  compareAgain: { zh: "方案已编辑，重新对比", en: "edited since: compare again", ja: "編集後の内容で比較し直す" },
  differingVerdicts: { zh: "不同的评判", en: "Verdicts that differ", ja: "異なる判定" },
  noDifference: { zh: "没有差别", en: "no difference", ja: "違いはありません" },
  whoGains: { zh: "居民的得失（直线距离）", en: "Who gains, who loses (straight line)", ja: "住民の得失（直線距離）" },
  figure: { zh: "指标", en: "Figure", ja: "指標" },
  rule: { zh: "规则", en: "Rule", ja: "規則" },
  isAdded: { zh: "新增", en: "added", ja: "追加" },
  isGone: { zh: "取消", en: "removed", ja: "削除" },
  nearTo: { zh: "到", en: "to", ja: "行き先" },
  nearer: { zh: "更近", en: "nearer", ja: "近くなる" },
  farther: { zh: "更远", en: "farther", ja: "遠くなる" },
  changedFeatures: { zh: "改动的要素", en: "Features that differ", ja: "異なる地物" },
  swipe: { zh: "左右拖动对比", en: "Swipe", ja: "左右に動かして比較" },
  threeD: { zh: "三维高度", en: "Heights in 3D", ja: "高さを3Dで見る" },
  exportWord: { zh: "导出", en: "Export", ja: "書き出し" },
  exportHtml: { zh: "报告（HTML）", en: "Report (HTML)", ja: "報告書（HTML）" },
  exportPdf: { zh: "图纸（PDF）", en: "Sheet (PDF)", ja: "図面（PDF）" },
  exportZip: { zh: "规划数据包（zip）", en: "Plan package (zip)", ja: "計画パッケージ（zip）" },
  exportPng: { zh: "地图图片（PNG）", en: "Picture of the map (PNG)", ja: "地図の画像（PNG）" },
  dropHere: {
    zh: "放下文件：规划数据包，或单位的图件与表格",
    en: "Drop a plan package, or an office's layers, drawings and tables",
    ja: "計画パッケージ、または図面・レイヤ・表をここに置いてください",
  },
  openFiles: { zh: "打开文件", en: "Open files", ja: "ファイルを開く" },
  findings: { zh: "条提示", en: "findings", ja: "件の指摘" },
  close: { zh: "关闭", en: "Close", ja: "閉じる" },
} as const;

export type Word = keyof typeof WORDS;
let lang: Lang = "en";

export const language = (): Lang => lang;
export function setLanguage(chosen: Lang): void {
  lang = chosen;
  document.documentElement.lang = chosen === "zh" ? "zh-Hans" : chosen;
}
export const say = (word: Word): string => WORDS[word][lang];

// What columns are called; one that is not listed shows the name that it has in the file.
const COLUMNS: Record<string, [zh: string, en: string, ja: string]> = {
  land_use: ["用地代码", "Land use", "用地区分"], permitted: ["可兼容用途", "Permitted uses", "許容用途"],
  far: ["容积率", "FAR", "容積率"], far_min: ["容积率下限", "FAR, least", "容積率の下限"], far_max: ["容积率上限", "FAR, most", "容積率の上限"],
  height_m: ["建筑高度 m", "Height, m", "高さ m"], height_m_min: ["高度下限 m", "Height, least, m", "高さの下限 m"], height_m_max: ["高度上限 m", "Height, most, m", "高さの上限 m"],
  coverage_ratio: ["建筑密度", "Coverage ratio", "建蔽率"], green_ratio: ["绿地率", "Green ratio", "緑地率"],
  floor_area_m2: ["建筑面积 m²", "Floor area, m²", "延床面積 m²"], residents: ["居住人口", "Residents", "居住人口"],
  dwellings: ["住宅套数", "Dwellings", "住戸数"], jobs: ["就业岗位", "Jobs", "就業者数"], parking_spaces: ["停车位", "Parking spaces", "駐車台数"],
  declared_area_m2: ["登记面积 m²", "Declared area, m²", "公称面積 m²"], existing_land_use: ["现状用地", "Existing land use", "現況の用地区分"],
  phase: ["分期", "Phase", "段階"], status: ["状态", "Status", "状態"], committed: ["已确定", "Committed", "確定済み"], far_kind: ["容积率类型", "Kind of FAR", "容積率の種類"],
  service: ["设施类别", "Service", "施設の種別"], level: ["层级", "Level", "段階"], beds: ["床位", "Beds", "床数"], places: ["学位", "Places", "定員"],
  site_area_m2: ["用地面积 m²", "Site area, m²", "敷地面積 m²"], class: ["道路等级", "Class", "道路の等級"],
  red_line_width_m: ["红线宽度 m", "Red-line width, m", "道路幅員 m"], walk: ["可步行", "On foot", "歩行可"], drive: ["可行车", "By car", "車両可"],
  oneway: ["单行", "One way", "一方通行"], barrier: ["障碍", "Barrier", "障害物"], modes: ["交通方式", "Modes", "交通手段"], line: ["线路", "Line", "路線"],
  name_zh: ["中文名", "Name (zh)", "名称（中）"], name_en: ["英文名", "Name (en)", "名称（英）"], name_ja: ["日文名", "Name (ja)", "名称（日）"],
  land_use_list: ["用地分类标准", "Land-use list", "用地分類"], remarks: ["备注", "Remarks", "備考"],
}; // prettier-ignore
export const columnName = (column: string): string =>
  COLUMNS[column]?.[lang === "zh" ? 0 : lang === "en" ? 1 : 2] ?? column.replaceAll("_", " ");

const SERVICES: Record<string, [zh: string, en: string, ja: string]> = {
  green: ["公共绿地", "public green", "公共緑地"], school_land: ["学校用地", "school land", "学校用地"], stop: ["公交站点", "stops", "停留所・駅"],
  kindergarten: ["幼儿园", "kindergarten", "幼稚園"], primary_school: ["小学", "primary school", "小学校"], secondary_school: ["中学", "secondary school", "中学校"],
  nine_year_school: ["九年一贯制学校", "nine-year school", "九年制学校"], nursing_home: ["养老院", "nursing home", "老人ホーム"], day_care: ["日间照料", "day care", "デイサービス"],
  culture: ["文化设施", "culture", "文化施設"], library: ["图书馆", "library", "図書館"], clinic: ["社区卫生服务", "clinic", "診療所"], hospital: ["医院", "hospital", "病院"],
  sport: ["体育设施", "sport", "スポーツ施設"], market: ["市场", "market", "市場"], police: ["派出所", "police", "交番・警察"], fire: ["消防站", "fire station", "消防署"], welfare: ["福利设施", "welfare", "福祉施設"],
}; // prettier-ignore
export const serviceName = (service: string): string =>
  SERVICES[service]?.[lang === "zh" ? 0 : lang === "en" ? 1 : 2] ?? service.replaceAll("_", " ");

/** A number with at most some decimals and thousands set apart; null says that it is not known. */
export function number(value: number | null | undefined, decimals = 2): string {
  if (value === null || value === undefined) return say("unknownValue");
  return new Intl.NumberFormat("en-US", { maximumFractionDigits: decimals }).format(value);
}
