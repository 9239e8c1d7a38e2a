/* Draws the charts of the boards from the JSON beside them. The tables next to them say the same in words. */

import '../vendor/echarts-6.1.0/echarts.common.min.js';
import { read } from './words.js';

const { echarts } = globalThis;
const ROW = 34;
const AROUND = 72;
const PRINTED = 640;
const SYMBOLS = ['circle', 'rect', 'triangle'];
const DASHES = ['solid', 'dashed', 'dotted'];
const dark = matchMedia('(prefers-color-scheme: dark)');
const still = matchMedia('(prefers-reduced-motion: reduce)');
const PAPER = { bars: ['#a50d26', '#1c5b86', '#17704a'], ink: '#000', soft: '#333', line: '#999', card: '#fff', goal: '#000', still: true };

/* Draws one chart in a place; returns what draws it anew and what gives its memory back. */
export function chart(place, data) {
  if (!data.labels.length) return null;
  place.hidden = false;
  if (data.kind === 'bars' && !('fill' in place.dataset)) place.style.height = `${data.labels.length * ROW + AROUND}px`;
  const drawn = echarts.init(place, null, { renderer: 'canvas' });
  const draw = (colours) => drawn.setOption((data.kind === 'bars' ? bars : lines)(data, colours ?? colours_of(place)), true);
  draw();
  const seen = new ResizeObserver(() => drawn.resize());
  seen.observe(place);
  return {
    draw,
    /* At once: before a page is printed no further frame is drawn. */
    resize(width) {
      drawn.resize(width ? { width, height: 'fill' in place.dataset ? 190 : undefined } : undefined);
      drawn.getZr().refreshImmediately();
    },
    end() {
      seen.disconnect();
      drawn.dispose();
    },
  };
}

function colours_of(place) {
  const of = (name) => getComputedStyle(place).getPropertyValue(name).trim();
  return { bars: [of('--red'), of('--link'), of('--good')], ink: of('--ink'), soft: of('--ink-soft'), line: of('--line'), card: of('--card'), goal: of('--ink') };
}

function common(data, { bars: colours, ink, soft, line, card, still: onPaper }) {
  const size = Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--chart-text')) || 12;
  const text = { color: soft, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: size };
  const shown = (value) => (value === null || value === undefined || Number.isNaN(value) ? data.unknown : `${value.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}${data.sign}`);
  return {
    text,
    shown,
    base: {
      animation: !still.matches && !onPaper,
      animationDuration: 300,
      color: colours,
      textStyle: text,
      tooltip: { trigger: 'axis', renderMode: 'richText', axisPointer: { type: 'none' }, backgroundColor: card, borderColor: line, textStyle: { ...text, color: ink }, valueFormatter: shown },
    },
  };
}

function lines(data, colours) {
  const { text, shown, base } = common(data, colours);
  const last = data.labels.length - 1;
  return {
    ...base,
    grid: { left: 8, right: 16 + 5.2 * text.fontSize, top: 24 + 2 * text.fontSize, bottom: 8, containLabel: true },
    legend: { left: 0, top: 0, itemWidth: 2.4 * text.fontSize, itemHeight: text.fontSize, textStyle: { ...text, color: colours.ink } },
    xAxis: { type: 'category', data: data.labels.map((day) => day.slice(2, 10)), boundaryGap: false, axisTick: { show: false }, axisLine: { lineStyle: { color: colours.line } }, axisLabel: { ...text, hideOverlap: true } },
    yAxis: { type: 'value', min: 0, axisLabel: { ...text, formatter: `{value}${data.sign}` }, splitLine: { lineStyle: { color: colours.line } } },
    series: data.series.map(({ name, values }, number) => ({
      name,
      type: 'line',
      data: values.map((value, at) => ({ value, label: { show: at === last } })),
      symbol: SYMBOLS[number % SYMBOLS.length],
      symbolSize: text.fontSize * 0.6,
      lineStyle: { width: text.fontSize / 5, type: DASHES[number % DASHES.length] },
      label: { position: 'right', ...text, color: colours.ink, formatter: ({ value }) => shown(value) },
    })),
  };
}

function bars(data, colours) {
  const { text, shown, base } = common(data, colours);
  const goal = data.goal === null || data.goal === undefined ? {} : {
    markLine: { silent: true, symbol: 'none', data: [{ xAxis: data.goal }], lineStyle: { color: colours.goal, type: 'dashed', width: 2 }, label: { formatter: data.goal_name, position: 'start', distance: 4, ...text, color: colours.ink } },
  };
  const most = Math.max(data.goal ?? 0, ...data.series[0].values);
  return {
    ...base,
    grid: { left: 8, right: 16 + 5.6 * text.fontSize, top: 8, bottom: 8 + (data.goal_name ? 1.6 * text.fontSize : 0), containLabel: true },
    xAxis: { type: 'value', min: 0, max: most > 0 ? undefined : 1, axisLabel: { show: !data.goal_name, ...text, hideOverlap: true, formatter: `{value}${data.sign}` }, splitLine: { lineStyle: { color: colours.line } } },
    yAxis: { type: 'category', inverse: true, data: data.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: colours.line } }, axisLabel: { ...text, color: colours.ink, width: 9 * text.fontSize, overflow: 'truncate' } },
    series: data.series.map(({ name, values }) => ({
      name,
      type: 'bar',
      data: values,
      barMaxWidth: text.fontSize * 2.2,
      itemStyle: { borderRadius: [0, 3, 3, 0] },
      label: { show: true, position: 'right', ...text, color: colours.ink, formatter: ({ value }) => shown(value) },
      ...goal,
    })),
  };
}

/* Draws all charts under an element; returns what there is to end. */
export function drawAll(root) {
  return [...root.querySelectorAll('[data-chart]')].map((place) => chart(place, read(place.dataset.chart))).filter(Boolean);
}

if (!document.getElementById('wall')) {
  const all = drawAll(document);
  dark.addEventListener('change', () => all.forEach((one) => one.draw()));
  addEventListener('beforeprint', () => all.forEach((one) => {
    one.draw(PAPER);
    one.resize(PRINTED);
  }));
  addEventListener('afterprint', () => all.forEach((one) => {
    one.draw();
    one.resize();
  }));
}
