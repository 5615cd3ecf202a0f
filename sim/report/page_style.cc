// The style of the HTML reports.
#include "sim/report/page.h"

namespace sim::report {

const char kPageStyle[] = R"css(:root {
  --paper: #fbfaf7; --card: #ffffff; --ink: #1d2129; --soft: #667085; --line: #e4e2dc;
  --bad: #c0362c; --bad-wash: #fdeeec; --good: #21794f; --mark: #6741d9; --mark-wash: #f1edfd;
  --ready: #d98e04; --run: #dbe8f8; --run-line: #5b8fc7; --wait: #a8adb8; --order: #0f8a8a;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14161a; --card: #1b1e24; --ink: #e6e8ec; --soft: #98a1b0; --line: #2d323b;
    --bad: #ff8177; --bad-wash: #3a2020; --good: #5fc992; --mark: #b69cff; --mark-wash: #2a2440;
    --ready: #e9b04a; --run: #22364d; --run-line: #6ea3dc; --wait: #656d7b; --order: #4cc4c4;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 1400px; margin: 0 auto; padding: 28px clamp(14px, 3vw, 40px) 80px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -.01em; }
h2 { font-size: 19px; margin: 0 0 6px; overflow-wrap: anywhere; }
h3 { font-size: 12px; margin: 26px 0 8px; color: var(--soft); text-transform: uppercase;
  letter-spacing: .07em; font-weight: 600; }
p { margin: 4px 0; }
.soft { color: var(--soft); }
code, pre, .mono { font-family: var(--mono); font-size: 12.5px; }
pre { margin: 0; padding: 12px 14px; overflow: auto; background: var(--paper);
  border: 1px solid var(--line); border-radius: 8px; line-height: 1.5; }
a { color: var(--run-line); }
main > * + header { margin-top: 48px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  padding: 20px clamp(14px, 2vw, 26px) 24px; margin-top: 20px; }
.card.bad { border-top: 3px solid var(--bad); }
.kind { display: inline-block; padding: 1px 9px; border-radius: 99px; font: 600 12px var(--mono);
  color: var(--bad); background: var(--bad-wash); margin-right: 8px; vertical-align: 2px; }
.kind.good, .kind.fixed { color: var(--good); background: transparent; border: 1px solid; }
.kind.known { color: var(--soft); background: transparent; border: 1px solid var(--line); }
.facts { display: flex; flex-wrap: wrap; gap: 4px 26px; margin: 12px 0 0; padding: 0; }
.facts div { min-width: 70px; } .facts dt { color: var(--soft); font-size: 12px; }
.facts dd { margin: 0; font-variant-numeric: tabular-nums; font-weight: 600; }
.replay { display: flex; gap: 8px; align-items: stretch; margin: 14px 0 0; }
.replay pre { flex: 1; white-space: pre-wrap; overflow-wrap: anywhere; }
button { font: inherit; font-size: 13px; color: var(--ink); background: var(--card);
  border: 1px solid var(--line); border-radius: 8px; padding: 4px 14px; cursor: pointer; }
button:hover { border-color: var(--run-line); }
:focus-visible { outline: 2px solid var(--run-line); outline-offset: 2px; }
ol.decisions { margin: 0; padding: 0; list-style: none; counter-reset: d; }
ol.decisions li { counter-increment: d; padding: 5px 0 5px 34px; position: relative; }
ol.decisions li::before { content: counter(d); position: absolute; left: 0; top: 6px; width: 22px;
  height: 22px; border-radius: 50%; background: var(--mark); color: var(--card);
  font: 600 12px/22px system-ui, sans-serif; text-align: center; }
.timeline { display: grid; grid-template-columns: minmax(0, 1fr) 320px; gap: 18px;
  align-items: start; }
.lanes { overflow: auto; max-height: 78vh; border: 1px solid var(--line); border-radius: 10px;
  background: var(--paper); }
.heads { position: sticky; top: 0; z-index: 1; background: var(--card); height: 34px;
  border-bottom: 1px solid var(--line); font: 600 12.5px/34px system-ui, sans-serif; }
.heads span { position: absolute; padding: 0 8px; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; text-align: center; }
.details { position: sticky; top: 14px; border: 1px solid var(--line); border-radius: 10px;
  padding: 14px 16px; font-size: 13.5px; min-height: 120px; overflow-wrap: anywhere; }
.details h4 { margin: 0 0 6px; font-size: 14px; }
.details dl { margin: 0; } .details dt { color: var(--soft); font-size: 12px; margin-top: 8px; }
.details dd { margin: 0; }
.keys { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 8px 0 10px; font-size: 12.5px;
  color: var(--soft); }
.keys i { display: inline-block; width: 18px; height: 10px; margin-right: 6px; border-radius: 3px; }
svg text { fill: var(--ink); font: 12px var(--mono); }
svg .soft { fill: var(--soft); } svg .sub { fill: var(--mark); font-size: 11px;
  paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
svg .lane { stroke: var(--line); } svg .wait { stroke: var(--wait); stroke-dasharray: 2 4; }
svg .ready { stroke: var(--ready); } svg .wait, svg .ready { stroke-width: 3; }
svg .box { fill: var(--run); stroke: var(--run-line); }
svg .dev .box { stroke: var(--mark); fill: var(--mark-wash); stroke-width: 1.8; }
svg .fail .box { stroke: var(--bad); fill: var(--bad-wash); stroke-width: 1.8; }
svg .step { cursor: pointer; } svg .step:focus { outline: none; }
svg .on .box { stroke-width: 3; } svg .badge { fill: var(--mark); }
svg .num { fill: var(--card); font: 600 11px system-ui, sans-serif; text-anchor: middle; }
svg .woke, svg .order { fill: none; stroke: var(--ready); opacity: .75; stroke-width: 1.3; }
svg .order { stroke: var(--order); stroke-width: 1.5; }
svg .fold { cursor: pointer; } svg .fold rect { fill: var(--card); stroke: var(--line); }
svg .fold:hover rect, svg .fold:focus rect { stroke: var(--run-line); }
svg .node { fill: var(--card); stroke: var(--run-line); }
svg .edge { fill: none; stroke: var(--soft); stroke-width: 1.4; }
svg .cycle { stroke: var(--bad); }
svg .what { fill: var(--soft); paint-order: stroke; stroke: var(--card); stroke-width: 5px; }
.who { display: flex; flex-wrap: wrap; gap: 10px 40px; align-items: center; }
.waits { margin: 0; padding-left: 18px; flex: 1 1 380px; overflow-wrap: anywhere; }
.graph { overflow: auto; max-width: 100%; } .graph:empty { display: none; }
.graph svg { display: block; }
.source { margin: 0 0 10px; } .source figcaption { font: 12px var(--mono); color: var(--soft); }
.source pre { padding: 8px 0; } .source span { display: block; padding: 0 14px; min-height: 1.5em; }
.source .hit { background: var(--bad-wash); box-shadow: inset 3px 0 var(--bad); }
.source b { color: var(--soft); font-weight: 400; display: inline-block; width: 4.5ch;
  margin-right: 1.5ch; text-align: right; user-select: none; }
details summary { cursor: pointer; color: var(--soft); margin-top: 22px; font-size: 14px; }
details pre { margin-top: 8px; }
nav ol { margin: 10px 0 0; padding-left: 22px; }
.table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 14px; }
td, th { text-align: left; padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line);
  vertical-align: top; } th { color: var(--soft); font-weight: 600; font-size: 12px; }
.curves { display: grid; grid-template-columns: repeat(auto-fill, minmax(270px, 1fr)); gap: 16px; }
.curve svg { width: 100%; height: auto; } .curve .line { fill: none; stroke: var(--run-line);
  stroke-width: 2; } .curve .area { fill: var(--run); opacity: .6; }
@media (max-width: 900px) {
  .timeline { grid-template-columns: minmax(0, 1fr); }
  .details { position: static; } .replay { flex-direction: column; }
}
@media print { .lanes { max-height: none; } button { display: none; } }
)css";

}  // namespace sim::report
