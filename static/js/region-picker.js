/* A division chosen step by step or by search. The page's plain list stays until the first answer has come,
   and for good where no script runs. The field's name moves to a hidden input that holds the 12-digit code. */

import { fill } from './words.js';

const PAUSE = 250;
const SHORTEST = 2;
const MOST = 8;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

async function ask(address, query) {
  const answer = await fetch(`${address}?${new URLSearchParams(query)}`, { headers: { Accept: 'application/json' } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

class RegionPicker {
  constructor(root) {
    this.root = root;
    this.settings = root.dataset;
    this.words = JSON.parse(root.dataset.words);
    this.plain = root.querySelector('[data-region-value]');
    this.value = element('input', { type: 'hidden', name: this.plain.name, value: this.plain.value });
    this.steps = element('div', { className: 'region-steps' });
    this.found = element('div', { className: 'region-found', hidden: true });
    this.found.setAttribute('role', 'status');
    this.status = element('p', { className: 'region-trouble', hidden: true });
    this.turn = 0;
  }

  async start() {
    const path = this.value.value ? await ask(this.settings.path, { code: this.value.value }).catch(() => []) : [];
    await this.show(path);
    this.plain.replaceWith(this.steps, this.search(), this.found, this.status, this.value);
    this.root.querySelector('label').htmlFor = this.plain.id;
  }

  /* Draw the steps down to the last division of a path that begins with a province. */
  async show(path) {
    const turn = ++this.turn;
    const { home } = this.settings;
    const inside = path.findIndex((region) => region.code === home);
    this.top = home && (path.length === 0 || inside >= 0) && !this.fromTop ? home : '';
    const chosen = this.top ? path.slice(inside + 1) : path;
    const made = [];
    let parent = this.top;
    for (const region of [...chosen, null]) {
      const children = await ask(this.settings.children, parent ? { parent } : {});
      if (turn !== this.turn) return;
      if (children.length) made.push(this.step(children, region?.code ?? '', this.nameAbove(chosen, made.length)));
      if (!region?.has_children) break;
      parent = region.code;
    }
    this.steps.replaceChildren(...made, ...this.ways());
    this.steps.querySelector('select')?.setAttribute('id', this.plain.id);
    this.write();
  }

  nameAbove(chosen, depth) {
    if (depth > 0) return chosen[depth - 1].name;
    return this.top ? this.settings.homeName : '';
  }

  step(children, chosen, nameAbove) {
    const staysAbove = this.settings.anyLevel && nameAbove;
    const first = staysAbove ? fill(this.words.here, { name: nameAbove }) : this.words.choose;
    const select = element('select', { required: !this.settings.anyLevel }, new Option(first, ''));
    for (const region of children) {
      const option = new Option(region.name, region.code, false, region.code === chosen);
      option.dataset.more = region.has_children ? 'yes' : '';
      select.append(option);
    }
    select.ariaLabel = this.words.levels[children[0].level];
    select.addEventListener('change', () => this.choose(select));
    return select;
  }

  async choose(select) {
    const turn = ++this.turn;
    while (select.nextElementSibling?.matches('select')) select.nextElementSibling.remove();
    const option = select.selectedOptions[0];
    this.write();
    if (!option.value || !option.dataset.more) return;
    await this.guard(async () => {
      const children = await ask(this.settings.children, { parent: option.value });
      if (turn !== this.turn) return;
      select.after(this.step(children, '', option.text));
    }, () => this.choose(select));
  }

  /* The way out of the home division, and back. */
  ways() {
    if (!this.settings.elsewhere || !this.settings.home) return [];
    const word = this.top ? this.words.elsewhere : this.words.back;
    const button = element('button', {
      type: 'button', className: 'link', textContent: fill(word, { name: this.settings.homeName }),
    });
    button.addEventListener('click', () => {
      this.fromTop = Boolean(this.top);
      this.guard(() => this.show([]), () => button.click());
    });
    return [button];
  }

  /* Keep the code of the lowest division chosen; a residence only counts when nothing lies below it. */
  write() {
    const selects = [...this.steps.querySelectorAll('select')];
    const options = selects.map((select) => select.selectedOptions[0]).filter((option) => option.value);
    const last = options.at(-1);
    if (this.settings.anyLevel) this.value.value = last?.value ?? this.top;
    else this.value.value = last && !last.dataset.more ? last.value : '';
    this.value.dispatchEvent(new Event('change', { bubbles: true }));
  }

  search() {
    const input = element('input', { type: 'search', placeholder: this.words.search, autocomplete: 'off' });
    input.ariaLabel = this.words.search;
    let waiting = 0;
    const later = () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => this.look(input), PAUSE);
    };
    input.addEventListener('input', (event) => { if (!event.isComposing) later(); });
    input.addEventListener('compositionend', later);
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') event.preventDefault();
    });
    return input;
  }

  async look(input) {
    const text = input.value.trim();
    if (text.length < SHORTEST) {
      this.found.hidden = true;
      return;
    }
    await this.guard(async () => {
      const fit = await this.hits(text);
      if (input.value.trim() !== text) return;
      this.found.replaceChildren(...fit.map((region) => this.hit(region, input)));
      if (!fit.length) this.found.append(element('p', { textContent: this.words.nothing }));
      this.found.hidden = false;
    }, () => this.look(input));
  }

  /* Look around home first, which is quick, and further away only if nothing is there. */
  async hits(text) {
    const places = this.top ? [{ within: this.top }] : [{}];
    if (this.top && this.settings.elsewhere) places.push({});
    for (const place of places) {
      const all = await ask(this.settings.search, { q: text, ...place });
      const fit = all.filter((region) => this.settings.anyLevel || !region.has_children);
      if (fit.length) return fit.slice(0, MOST);
    }
    return [];
  }

  hit(region, input) {
    const button = element('button', { type: 'button' },
      element('strong', { textContent: region.name }),
      element('span', { textContent: region.full_name.slice(0, -region.name.length) }));
    button.addEventListener('click', () => this.guard(async () => {
      this.fromTop = false;
      await this.show(await ask(this.settings.path, { code: region.code }));
      this.found.hidden = true;
      input.value = '';
    }, () => button.click()));
    return button;
  }

  async guard(act, again) {
    try {
      this.status.hidden = true;
      await act();
    } catch {
      const button = element('button', { type: 'button', className: 'link', textContent: this.words.again });
      button.addEventListener('click', again);
      this.status.replaceChildren(this.words.trouble, ' ', button);
      this.status.hidden = false;
    }
  }
}

for (const root of document.querySelectorAll('[data-region-picker]')) new RegionPicker(root).start().catch(() => {});
