/* Shows whether the phone is ready for working without a network, and what is missing. */

import { fill } from './words.js';

const MINUTE = 60000;

export class ReadyPanel {
  /* panel: a <details> with a summary and a list. words: sentences by key. */
  constructor(panel, words) {
    Object.assign(this, { panel, words });
  }

  show(state) {
    const { words, panel } = this;
    panel.dataset.ready = String(state.ready);
    panel.dataset.madeAt = state.made_at;
    panel.querySelector('summary .state').textContent = state.ready ? fill(words.ready, {
      people: state.people,
      age: this.age(state.age),
      offset: (state.offset < 0 ? '−' : '+') + (Math.abs(state.offset) / 1000).toFixed(1),
    }) : fill(words.not_ready, { n: state.missing.length });
    const lines = [...state.missing, ...state.warnings].map((key) => {
      const line = document.createElement('li');
      line.className = state.missing.includes(key) ? 'is-missing' : 'is-warning';
      line.textContent = words[key];
      return line;
    });
    panel.querySelector('ul').replaceChildren(...lines);
  }

  age(milliseconds) {
    const minutes = Math.floor(milliseconds / MINUTE);
    if (minutes < 1) return this.words.just_now;
    if (minutes < 60) return fill(this.words.minutes_ago, { n: minutes });
    return fill(this.words.hours_ago, { n: Math.floor(minutes / 60) });
  }
}
