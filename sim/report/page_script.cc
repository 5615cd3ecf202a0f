// The script of the HTML reports: draws the lanes of a failure and who waits for whom. It puts
// text into the page as text only, never as markup.
#include "sim/report/page.h"

namespace sim::report {

const char kPageScript[] = R"js('use strict';
const SVG = 'http://www.w3.org/2000/svg';
function make(parent, name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  if (text !== undefined) element.textContent = text;
  if (parent) parent.appendChild(element);
  return element;
}
function html(parent, name, text, type) {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  if (type) element.className = type;
  parent.appendChild(element);
  return element;
}
const counted = n => n.toLocaleString('en-US');
const seconds = ns => (ns / 1e9).toFixed(ns % 1e6 ? 6 : 3) + ' s';
const cut = (text, most) => text.length > most ? text.slice(0, most - 1) + '…' : text;
// Of names of siblings the numbers behind them tell them apart.
const nameIn = (name, most) => {
  const [number] = name.match(/-\d+$/) || [''];
  return name.length > most ? name.slice(0, most - 1 - number.length) + '…' + number : name;
};
const brief = text => /:\d+$/.test(text)
  ? text.slice(Math.max(text.lastIndexOf('/'), text.lastIndexOf(' ')) + 1) : text;

// Steps: [number, time, lane, place, accesses, readyBy, readyTime, ended, waitsFor, suspendedAt];
// accesses: [object, what, write, place, value]. Texts are numbers in the table `texts`.
class Timeline {
  constructor(root, data) {
    this.data = data;
    this.text = i => data.texts[i];
    this.lanes = root.querySelector('.lanes');
    this.details = root.querySelector('.details');
    this.rowOf = new Map(data.steps.map((step, i) => [step[0], i]));
    this.deviations = new Map();
    data.deviations.forEach((d, i) => {
      const at = this.rowOf.get(d.step);
      if (at === undefined) return;
      if (!this.deviations.has(at)) this.deviations.set(at, []);
      this.deviations.get(at).push({...d, number: i + 1});
    });
    this.order = this.conflicts();
    this.shown = this.whatMatters();
    this.draw();
    this.select(this.failing(), false);
  }
  failing() {
    const at = this.rowOf.get(this.data.failure);
    return at === undefined ? this.data.steps.length - 1 : at;
  }
  // Pairs of steps of different lanes that touch one object next to each other, one writing.
  conflicts() {
    const last = new Map(), pairs = [];
    this.data.steps.forEach((step, at) => {
      for (const [object, , write] of step[4]) {
        let seen = last.get(object);
        if (!seen) last.set(object, seen = {write: -1, reads: []});
        const from = write ? [...seen.reads, seen.write] : [seen.write];
        for (const i of from) {
          if (i < 0 || i === at || this.data.steps[i][2] === step[2]) continue;
          pairs.push([i, at, object]);
        }
        if (write) { seen.write = at; seen.reads = []; }
        else if (!seen.reads.includes(at)) {
          seen.reads.push(at);
          seen.reads.splice(0, seen.reads.length - 8);
        }
      }
    });
    return pairs;
  }
  whatMatters() {
    const count = this.data.steps.length, shown = new Uint8Array(count);
    const show = (at, around) => {
      shown.fill(1, Math.max(0, at - around), Math.min(count, at + around + 1));
    };
    if (count <= 40) return shown.fill(1);
    show(0, 0);
    show(this.failing(), 4);
    for (const at of [...this.deviations.keys()].slice(0, 60)) show(at, 2);
    for (const [from, to] of this.order.slice(-24)) { show(from, 0); show(to, 0); }
    for (let i = 1; i + 1 < count; ++i) if (shown[i - 1] && shown[i + 1]) shown[i] = 1;
    return shown;
  }
  // The rows of the picture: steps, and folds [from, to).
  rows() {
    const rows = [];
    for (let i = 0; i < this.shown.length; ++i) {
      if (this.shown[i]) { rows.push({at: i}); continue; }
      const from = i;
      while (i + 1 < this.shown.length && !this.shown[i + 1]) ++i;
      rows.push({from, to: i + 1});
    }
    return rows;
  }
  open({from, to}) {
    const most = 200, start = Math.max(from, to - most);
    this.shown.fill(1, start, to);
    this.draw();
    this.select(to - 1, true);
  }
  // Of what is updated in place the value before it is known.
  valued(what, value) {
    if (!value) return '';
    return (['updates', 'adds to'].includes(this.text(what)) ? ', was ' : ' = ') + this.text(value);
  }
  label(step) {
    const named = step[4].map(([object, what, , , value]) =>
      this.text(what) + ' ' + this.data.letters[object] + this.valued(what, value));
    if (named.length) return cut([...new Set(named)].slice(0, 3).join(', '), 28);
    const place = brief(this.text(step[3]));
    return cut(place || this.data.lanes[step[2]], 26);
  }
  boxWidth(at, lane) {
    const marked = this.data.steps[at][0] === this.data.failure ? 2 : 0;
    const length = this.label(this.data.steps[at]).length + marked;
    return Math.min(lane - 14, Math.max(56, length * 7.4 + 18));
  }
  draw() {
    const rows = this.rows(), {steps} = this.data;
    const used = [...new Set(rows.filter(r => r.at !== undefined).map(r => steps[r.at][2]))];
    used.sort((a, b) => a - b);
    const gutter = 158, room = this.lanes.clientWidth - gutter - 12;
    const width = Math.max(120, Math.min(260, Math.floor(room / used.length)));
    const total = gutter + width * used.length + 10;
    const x = lane => gutter + width * used.indexOf(lane) + width / 2;
    let y = 10;
    for (const row of rows) {
      const deviates = row.at !== undefined && this.deviations.has(row.at);
      row.y = y + 13;
      y += deviates ? 50 : 32;
    }
    const ys = new Float64Array(steps.length);
    for (const row of rows) {
      if (row.at !== undefined) ys[row.at] = row.y; else ys.fill(row.y, row.from, row.to);
    }
    this.lanes.replaceChildren();
    const heads = html(this.lanes, 'div', undefined, 'heads');
    heads.style.width = total + 'px';
    heads.style.minWidth = '100%';
    const clock = html(heads, 'span', 'step   virtual time');
    clock.style.left = '0'; clock.style.whiteSpace = 'pre'; clock.className = 'soft';
    for (const lane of used) {
      const name = this.data.lanes[lane];
      const head = html(heads, 'span', nameIn(name, Math.floor((width - 16) / 8.6)));
      head.title = name;
      head.style.left = x(lane) - width / 2 + 'px';
      head.style.width = width + 'px';
    }
    const svg = make(this.lanes, 'svg', {width: total, height: y + 8, role: 'group',
      'aria-label': 'steps of the run, a column a task'});
    const defs = make(svg, 'defs');
    for (const name of ['ready', 'order']) {
      const marker = make(defs, 'marker', {id: 'tip-' + name + this.data.id, viewBox: '0 0 8 8',
        refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto'});
      make(marker, 'path', {d: 'M0 0 8 4 0 8z', style: 'fill:var(--' + name + ')'});
    }
    for (const lane of used) {
      make(svg, 'line', {class: 'lane', x1: x(lane), x2: x(lane), y1: 0, y2: y});
    }
    this.drawStates(svg, x, ys, used, y);
    this.drawArrows(svg, x, ys, width);
    this.boxes = new Map();
    for (const row of rows) {
      if (row.at === undefined) this.drawFold(svg, row, total);
      else this.drawStep(svg, row.at, x, ys, width);
    }
  }
  drawStates(svg, x, ys, used, bottom) {
    const {steps} = this.data, before = new Map(), states = make(svg, 'g');
    const bar = (type, at, from, to) => {
      if (to - from > 2) make(states, 'line', {class: type, x1: at, x2: at, y1: from, y2: to});
    };
    steps.forEach((step, at) => {
      const lane = step[2], was = before.get(lane);
      before.set(lane, at);
      const by = step[5] ? this.rowOf.get(step[5]) : undefined;
      const isTask = lane < this.data.tasks;
      if (!isTask) return;
      const earlier = was === undefined ? 0 : ys[was];
      const woken = by !== undefined ? ys[by] : Math.max(earlier, ys[at] - 22);
      if (was === undefined) return bar('ready', x(lane), woken, ys[at]);
      if (!this.text(steps[was][8])) return bar('ready', x(lane), ys[was], ys[at]);
      bar('wait', x(lane), ys[was], woken);
      bar('ready', x(lane), woken, ys[at]);
    });
    for (const [lane, at] of before) {
      if (lane >= this.data.tasks || !used.includes(lane) || steps[at][7]) continue;
      bar(this.text(steps[at][8]) ? 'wait' : 'ready', x(lane), ys[at], bottom);
    }
  }
  drawArrows(svg, x, ys, width) {
    const arrows = make(svg, 'g'), {steps} = this.data;
    const arrow = (type, tip, from, to, note) => {
      if (!this.shown[from] || !this.shown[to]) return;
      const x1 = x(steps[from][2]), x2 = x(steps[to][2]), side = x2 > x1 ? 1 : -1;
      if (x1 === x2) return;
      const before = type === 'order' ? this.boxWidth(to, width) / 2 + 3 : 4;
      const a = x1 + side * 30, b = x2 - side * before;
      const end = type === 'order' ? ys[to] : ys[to] - 13, mid = (a + b) / 2;
      const path = make(arrows, 'path', {class: type,
        'marker-end': `url(#tip-${tip}${this.data.id})`,
        d: `M${a} ${ys[from] + 8}C${mid} ${ys[from] + 14} ${mid} ${end - 4} ${b} ${end}`});
      make(path, 'title', {}, note);
    };
    steps.forEach((step, at) => {
      const by = step[5] ? this.rowOf.get(step[5]) : undefined;
      if (by !== undefined && by !== at) arrow('woke', 'ready', by, at, 'made it ready');
    });
    for (const [from, to, object] of this.order) {
      arrow('order', 'order', from, to, 'happens before: ' + this.data.objects[object]);
    }
  }
  drawFold(svg, row, total) {
    const count = counted(row.to - row.from), fold = make(svg, 'g', {class: 'fold', role: 'button',
      tabindex: 0, 'aria-label': 'show more of ' + count + ' steps'});
    make(fold, 'rect', {x: 8, y: row.y - 11, width: total - 18, height: 22, rx: 6});
    make(fold, 'text', {x: 18, y: row.y + 4, class: 'soft'}, '… ' + count + ' steps …');
    fold.onclick = () => this.open(row);
    fold.onkeydown = event => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      this.open(row);
    };
  }
  drawStep(svg, at, x, ys, width) {
    const step = this.data.steps[at], deviations = this.deviations.get(at) || [], y = ys[at];
    const fails = step[0] === this.data.failure;
    const group = make(svg, 'g', {class: 'step' + (deviations.length ? ' dev' : '') +
      (fails ? ' fail' : ''), tabindex: at === this.failing() ? 0 : -1, role: 'button'});
    const label = (fails ? '✕ ' : '') + this.label(step);
    make(group, 'title', {}, this.data.lanes[step[2]] + ': ' + label + '\n' + this.text(step[3]));
    make(group, 'rect', {x: 0, y: y - 14, width: x(step[2]), height: 28, fill: 'transparent'});
    make(group, 'text', {x: 14, y: y + 4, class: 'soft'}, String(step[0]));
    make(group, 'text', {x: 68, y: y + 4, class: 'soft'}, seconds(step[1]));
    const wide = this.boxWidth(at, width);
    make(group, 'rect', {class: 'box', x: x(step[2]) - wide / 2, y: y - 12, width: wide, height: 24,
      rx: 7});
    make(group, 'text', {x: x(step[2]), y: y + 4, 'text-anchor': 'middle'},
      cut(label, Math.floor((wide - 12) / 7.2)));
    deviations.forEach((each, i) => {
      const cx = x(step[2]) - wide / 2 + i * 20;
      make(group, 'circle', {class: 'badge', cx, cy: y - 11, r: 9});
      make(group, 'text', {class: 'num', x: cx, y: y - 7}, String(each.number));
    });
    if (deviations.length) {
      make(group, 'text', {class: 'sub', x: x(step[2]), y: y + 27, 'text-anchor': 'middle'},
        cut(deviations.map(d => d.note).join('; '), Math.floor(width / 6.6)));
    }
    group.onclick = group.onmouseenter = () => this.select(at, false);
    group.onfocus = () => this.select(at, false);
    group.onkeydown = event => {
      const by = {ArrowDown: 1, ArrowUp: -1, j: 1, k: -1}[event.key];
      if (!by) return;
      event.preventDefault();
      for (let i = at + by; i >= 0 && i < this.shown.length; i += by) {
        if (this.shown[i]) return this.select(i, true);
      }
    };
    this.boxes.set(at, group);
  }
  select(at, focus) {
    if (this.selected) this.selected.classList.remove('on');
    const group = this.selected = this.boxes.get(at);
    if (!group) return;
    group.classList.add('on');
    if (focus) group.focus();
    this.tell(at);
  }
  tell(at) {
    const step = this.data.steps[at], box = this.details;
    box.replaceChildren();
    html(box, 'h4', 'Step ' + counted(step[0]) + ', ' + this.data.lanes[step[2]]);
    const list = html(box, 'dl'), say = (name, ...lines) => {
      html(list, 'dt', name);
      for (const line of lines) html(list, 'dd', line);
    };
    for (const d of this.deviations.get(at) || []) say('decision ' + d.number, d.text);
    say('virtual time', seconds(step[1]));
    if (this.text(step[3])) say('goes on at', this.text(step[3]));
    if (step[5]) {
      const by = this.rowOf.get(step[5]);
      const who = by === undefined ? '' : ', ' + this.data.lanes[this.data.steps[by][2]];
      say('made ready by', 'step ' + counted(step[5]) + who + ', at ' + seconds(step[6]));
    } else if (step[2] < this.data.tasks) {
      say('ready since', seconds(step[6]));
    }
    if (step[4].length) {
      say('does', ...step[4].slice(0, 40).map(([object, what, , place, value]) =>
        this.text(what) + ' ' + this.data.objects[object] + this.valued(what, value) +
        (place ? ', at ' + this.text(place) : '')));
    }
    if (step[7]) say('then', 'the task has ended');
    else if (this.text(step[8])) say('then waits for', this.text(step[8]), this.text(step[9]));
    else if (this.text(step[9])) say('then', 'ready again at ' + this.text(step[9]));
  }
}

function cycleIn(waits) {
  const next = new Map(waits.map(w => [w.task, w.blockers])), done = new Set();
  for (const start of next.keys()) {
    const path = [], walk = task => {
      const at = path.indexOf(task);
      if (at >= 0) return path.slice(at);
      if (done.has(task)) return null;
      done.add(task);
      path.push(task);
      for (const each of next.get(task) || []) {
        const found = walk(each);
        if (found) return found;
      }
      path.pop();
      return null;
    };
    const found = walk(start);
    if (found) return found;
  }
  return [];
}
// The tasks that wait, on a circle, each with an arrow to whom it waits for. What for stands on the
// arrow near its task, once.
function drawGraph(root, data) {
  const waits = data.waits.filter(w => w.what), tasks = new Set();
  for (const w of waits) if (w.blockers.length) [w.task, ...w.blockers].forEach(t => tasks.add(t));
  if (!tasks.size || tasks.size > 16) return;
  const cycle = cycleIn(waits);
  const all = [...cycle, ...[...tasks].filter(t => !cycle.includes(t))], n = all.length;
  const rx = 170 + n * 22, ry = 56 + n * 14, wide = rx * 2 + 220, high = ry * 2 + 80;
  const svg = make(root, 'svg', {width: wide, height: high, role: 'img',
    'aria-label': 'who waits for whom'});
  const marker = make(make(svg, 'defs'), 'marker', {id: 'tip-edge' + data.id,
    viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, orient: 'auto'});
  make(marker, 'path', {d: 'M0 0 8 4 0 8z', style: 'fill:var(--soft)'});
  const at = new Map(all.map((task, i) => {
    const angle = Math.PI * (2 * i / n + 1);
    return [task, [wide / 2 + rx * Math.cos(angle), high / 2 + ry * Math.sin(angle)]];
  }));
  const labels = [];
  for (const w of waits) for (const blocker of w.blockers) {
    const [x1, y1] = at.get(w.task), [x2, y2] = at.get(blocker);
    const dx = x2 - x1, dy = y2 - y1, length = Math.hypot(dx, dy) || 1;
    const across = Math.abs(dx / length) || .01, down = Math.abs(dy / length) || .01;
    const reach = Math.min(78 / across, 22 / down);
    const mx = (x1 + x2) / 2 - dy * .2, my = (y1 + y2) / 2 + dx * .2;
    const ux = dx / length * reach, uy = dy / length * reach;
    const i = cycle.indexOf(w.task), inCycle = i >= 0 && cycle[(i + 1) % cycle.length] === blocker;
    make(svg, 'path', {class: 'edge' + (inCycle ? ' cycle' : ''),
      'marker-end': `url(#tip-edge${data.id})`,
      d: `M${x1 + ux} ${y1 + uy}Q${mx} ${my} ${x2 - ux} ${y2 - uy}`});
    if (blocker !== w.blockers[0]) continue;
    const on = (from, over, to) => .36 * from + .48 * over + .16 * to;
    labels.push([on(x1, mx, x2), on(y1, my, y2) + 4, cut(brief(w.what), 30)]);
  }
  for (const [x, y, text] of labels) {
    make(svg, 'text', {x, y, class: 'what', 'text-anchor': 'middle'}, text);
  }
  for (const [task, [x, y]] of at) {
    make(svg, 'rect', {class: 'node' + (cycle.includes(task) ? ' cycle' : ''), x: x - 76, y: y - 17,
      width: 152, height: 34, rx: 9});
    make(svg, 'text', {x, y: y + 4, 'text-anchor': 'middle'}, nameIn(data.lanes[task], 20));
  }
  const used = svg.getBBox(), edge = 6;
  const size = {width: used.width + 2 * edge, height: used.height + 2 * edge};
  svg.setAttribute('viewBox', [used.x - edge, used.y - edge, size.width, size.height].join(' '));
  for (const key in size) svg.setAttribute(key, size[key]);
}

function copy(button) {
  const text = button.parentNode.querySelector('pre').textContent;
  const done = () => {
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  };
  const select = () => {
    getSelection().selectAllChildren(button.parentNode.querySelector('pre'));
    document.execCommand('copy');
    done();
  };
  if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, select);
  else select();
}
for (const button of document.querySelectorAll('.replay button')) {
  button.hidden = false;
  button.onclick = () => copy(button);
}
const incidents = document.querySelectorAll('.incident');
function drawOnce(incident) {
  if (incident.dataset.drawn) return;
  incident.dataset.drawn = 'yes';
  const data = JSON.parse(incident.querySelector('script').textContent);
  incident.querySelector('.timeline').hidden = false;
  if (data.steps.length) new Timeline(incident, data);
  const graph = incident.querySelector('.graph');
  if (graph) drawGraph(graph, data);
}
// What is in sight at once, so that a picture of the page has it; the rest when it comes near.
const reach = 600;
const near = new IntersectionObserver(entries => {
  for (const {isIntersecting, target} of entries) if (isIntersecting) drawOnce(target);
}, {rootMargin: reach + 'px'});
for (const each of incidents) {
  if (each.getBoundingClientRect().top < innerHeight + reach) drawOnce(each);
  else near.observe(each);
}
addEventListener('beforeprint', () => incidents.forEach(drawOnce));
)js";

}  // namespace sim::report
