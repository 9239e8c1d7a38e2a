/* The tray: scans that the server would not store, each with its reason. They stay until somebody has handed them to
   the office as a file and says so. */

import { all, ask, within } from './store.js';
import { fill } from './words.js';

export class Tray {
  /* section: holds .tray-count, a list, and the buttons .tray-export and .tray-empty. */
  constructor(section, words) {
    Object.assign(this, { section, words });
    this.exported = [];
    section.querySelector('.tray-export').addEventListener('click', () => this.export());
    section.querySelector('.tray-empty').addEventListener('click', () => this.empty());
  }

  async show() {
    const kept = await all('tray');
    this.section.hidden = kept.length === 0;
    this.section.querySelector('.tray-count').textContent = fill(this.words.count, { n: kept.length });
    this.section.querySelector('ul').replaceChildren(...kept.map((item) => {
      const line = document.createElement('li');
      const when = new Date(item.scanned_at).toLocaleString('zh-CN', { hour12: false, timeZone: this.words.zone });
      line.textContent = `${when} ${this.words[item.direction]} ${item.refusal.said || item.refusal.reason || ''}`;
      return line;
    }));
    this.section.querySelector('.tray-empty').hidden = !kept.length || kept.some((item) => !this.exported.includes(item.nonce));
  }

  /* Gives the tray as a text file, one scan a line, with what is still unsent: the office can read all of it. */
  async export() {
    const [tray, unsent] = [await all('tray'), await all('items')];
    const line = ({ sent, refusal }) => JSON.stringify({ ...sent, refusal: refusal ?? null });
    const file = new Blob([[...tray, ...unsent].map(line).join('\n'), '\n'], { type: 'text/plain' });
    const link = document.createElement('a');
    link.href = URL.createObjectURL(file);
    link.download = `scans-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.txt`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    this.exported = tray.map((item) => item.nonce);
    await this.show();
  }

  async empty() {
    if (!window.confirm(this.words.sure)) return;
    await within(['tray'], 'readwrite', async (store) => {
      for (const nonce of this.exported) await ask(store.delete(nonce));
    });
    await this.show();
  }
}
