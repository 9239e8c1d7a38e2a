/* Shows the answer to a scan: over the whole screen for three seconds, or one, and in the list of the last twenty. */

const LASTS = 3000;
const LASTS_RAPID = 1000;
const UNDO_FOR = 5 * 60 * 1000;
const MOST = 20;
const ICONS = { accepted: 'check', already: 'repeat', pending: 'clock', stored: 'cloud', refused: 'cross' };
const SVG = 'http://www.w3.org/2000/svg';

export class ResultScreen {
  constructor(screen, spoken, icons) {
    this.screen = screen;
    this.spoken = spoken;
    this.icons = icons;
    this.held = false;
    this.rapid = false;
    this.timer = null;
    this.button = screen.querySelector('.result-back');
    this.hint = screen.querySelector('.result-hold');
    screen.addEventListener('pointerdown', (event) => {
      if (event.target !== this.button) this.hold();
    });
    this.button.addEventListener('click', () => this.hide());
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.hide();
    });
  }

  show(result) {
    clearTimeout(this.timer);
    this.screen.className = `result scanner-result result-${result.outcome}`;
    this.screen.querySelector('use').setAttribute('href', `${this.icons}#${ICONS[result.outcome]}`);
    const number = [result.number, result.team].filter(Boolean).join(' · ');
    for (const [part, text] of [['word', result.headline], ['name', result.name], ['number', number], ['why', result.explanation]]) {
      this.screen.querySelector(`.result-${part}`).textContent = text ?? '';
    }
    this.screen.querySelector('.result-kept').hidden = !result.kept;
    this.spoken.textContent = [result.headline, result.name, result.explanation].filter(Boolean).join('，');
    this.screen.hidden = false;
    this.button.hidden = true;
    this.hint.hidden = false;
    this.timer = setTimeout(() => this.hide(), this.rapid ? LASTS_RAPID : LASTS);
  }

  hold() {
    clearTimeout(this.timer);
    this.held = true;
    this.button.hidden = false;
    this.hint.hidden = true;
  }

  hide() {
    clearTimeout(this.timer);
    this.held = false;
    this.screen.hidden = true;
  }
}

export class ResultList {
  /* undo(nonce): takes a scan back and returns the sentence to show instead. */
  constructor(list, empty, icons, words, undo) {
    this.undo = undo;
    this.list = list;
    this.empty = empty;
    this.icons = icons;
    this.words = words;
    this.rows = new Map();
  }

  /* Adds a row for a scan, or changes the one it has. */
  put(item, result) {
    const row = this.rows.get(item.nonce) ?? document.createElement('li');
    if (!this.rows.has(item.nonce)) {
      this.list.prepend(row);
      this.rows.set(item.nonce, row);
    }
    row.className = result.outcome;
    const kept = result.kept ? `　${this.words.stored}` : '';
    row.replaceChildren(
      this.mark(result.outcome),
      piece('span', 'who', result.name ?? result.headline),
      piece('span', 'when num', `${this.words[item.direction]} ${result.at ?? ''}`),
      piece('span', 'said', (result.name ? `${result.headline}　${result.explanation}` : result.explanation) + kept),
    );
    if (result.stored && result.outcome === 'accepted') this.offerUndo(row, item);
    this.empty.hidden = true;
    while (this.list.children.length > MOST) this.drop(this.list.lastElementChild);
  }

  /* For five minutes, on what the server has accepted: a scan on its way cannot be called back. */
  offerUndo(row, item) {
    const left = UNDO_FOR - (Date.now() - Date.parse(item.scanned_at));
    if (left <= 0) return;
    const button = piece('button', 'link undo', this.words.undo);
    button.type = 'button';
    button.addEventListener('click', async () => {
      button.disabled = true;
      const said = await this.undo(item);
      row.querySelector('.said').textContent = said.text;
      if (said.done) row.className = 'undone';
      if (said.done) button.remove();
      else button.disabled = false;
    });
    row.append(button);
    setTimeout(() => button.remove(), left);
  }

  drop(row) {
    row.remove();
    for (const [nonce, kept] of this.rows) if (kept === row) this.rows.delete(nonce);
  }

  mark(outcome) {
    const mark = piece('span', 'mark', '');
    const icon = document.createElementNS(SVG, 'svg');
    const use = document.createElementNS(SVG, 'use');
    icon.setAttribute('class', 'icon');
    icon.setAttribute('aria-hidden', 'true');
    use.setAttribute('href', `${this.icons}#${ICONS[outcome]}`);
    icon.append(use);
    mark.append(icon);
    return mark;
  }
}

function piece(tag, style, text) {
  const element = document.createElement(tag);
  element.className = style;
  element.textContent = text;
  return element;
}
