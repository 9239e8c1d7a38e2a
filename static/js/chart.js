/* Draws the bars of the statistics page from the JSON beside them. The table below says the same. */

import '../vendor/echarts-6.1.0/echarts.common.min.js';
import { read } from './words.js';

const { echarts } = globalThis;
const ROW = 46;
const AROUND = 84;

const place = document.getElementById('chart');
const data = read('chart-data');
const dark = matchMedia('(prefers-color-scheme: dark)');

if (place && data.labels.length) {
  place.hidden = false;
  place.style.height = `${data.labels.length * ROW + AROUND}px`;
  const chart = echarts.init(place, null, { renderer: 'canvas' });
  const draw = () => chart.setOption(options(colours()), true);
  draw();
  new ResizeObserver(() => chart.resize()).observe(place);
  dark.addEventListener('change', draw);
}

function colours() {
  const of = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return { bars: [of('--red'), of('--link')], ink: of('--ink'), soft: of('--ink-soft'), line: of('--line'), card: of('--card') };
}

function options({ bars, ink, soft, line, card }) {
  const text = { color: soft, fontFamily: getComputedStyle(document.body).fontFamily };
  const shown = (value) => (value === null || value === undefined ? data.unknown : `${value.toFixed(2)}%`);
  return {
    animation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    animationDuration: 300,
    color: bars,
    textStyle: text,
    grid: { left: 8, right: 64, top: 40, bottom: 8, containLabel: true },
    legend: { left: 0, top: 0, icon: 'roundRect', itemWidth: 14, itemHeight: 10, textStyle: { ...text, color: ink } },
    tooltip: { trigger: 'axis', renderMode: 'richText', axisPointer: { type: 'none' }, backgroundColor: card, borderColor: line, textStyle: { ...text, color: ink }, valueFormatter: shown },
    xAxis: { type: 'value', min: 0, axisLabel: { ...text, formatter: '{value}%' }, splitLine: { lineStyle: { color: line } } },
    yAxis: { type: 'category', inverse: true, data: data.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: line } }, axisLabel: { ...text, color: ink, width: 96, overflow: 'truncate' } },
    series: data.series.map(({ name, values }) => ({
      name,
      type: 'bar',
      data: values,
      barMaxWidth: 12,
      barGap: '30%',
      itemStyle: { borderRadius: [0, 3, 3, 0] },
      label: { show: true, position: 'right', ...text, fontSize: 12, formatter: ({ value }) => shown(value) },
    })),
  };
}
