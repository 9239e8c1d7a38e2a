/* Says what keeps the scans from being sent, and offers what helps. */

const HELP = { signed_out: 'sign_in', stale: 'reload', update: 'reload' };

export class Trouble {
  constructor(box, words, settings) {
    Object.assign(this, { box, words, settings });
  }

  /* kind: a key of the words, or null where all is well. */
  say(kind) {
    const act = this.box.querySelector('button');
    this.box.hidden = !kind;
    if (!kind) return;
    this.box.querySelector('span').textContent = this.words.trouble[kind];
    const help = HELP[kind];
    act.hidden = !help;
    if (!help) return;
    act.textContent = this.words[help];
    act.onclick = () => (help === 'sign_in' ? location.assign(this.settings.sign_in) : location.reload());
  }
}
