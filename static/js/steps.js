/* Asks one question after the other in a form with data-steps, for the large-type version. Without this script the form
   is whole; the server decides in any case. A form that came back with an error opens at the question at fault. */

const QUESTIONS = '.field, .field-choices:not(.field .field-choices), [data-question]';

class Steps {
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.send = form.querySelector('button:not([type])');
    this.at = 0;
    this.build();
    const wrong = this.open().findIndex((one) => one.querySelector('.field-error'));
    this.show(Math.max(0, wrong), false);
  }

  build() {
    this.place = document.createElement('p');
    this.place.className = 'steps-place';
    this.place.setAttribute('role', 'status');
    this.back = this.button(this.words.back, 'button button-big');
    this.next = this.button(this.words.next, 'button button-primary button-big');
    const bar = document.createElement('div');
    bar.className = 'steps-bar';
    bar.append(this.back, this.next);
    this.form.prepend(this.place);
    this.send.before(bar);
    this.back.addEventListener('click', () => this.show(this.at - 1));
    this.next.addEventListener('click', () => this.forward());
    this.form.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.isComposing || !event.target.matches('input') || this.last()) return;
      event.preventDefault();
      this.forward();
    });
    this.form.classList.add('is-stepped');
  }

  button(words, style) {
    return Object.assign(document.createElement('button'), { type: 'button', textContent: words, className: style });
  }

  /* The questions that concern this person: other scripts hide the parts that do not. */
  open() {
    const all = [...this.form.querySelectorAll(QUESTIONS)];
    return all.filter((one) => !one.parentElement.closest('[hidden]') && !all.some((other) => other !== one && other.contains(one)));
  }

  last() {
    return this.at >= this.open().length - 1;
  }

  forward() {
    const empty = [...this.open()[this.at].querySelectorAll('input, select, textarea')].find((field) => !field.checkValidity());
    if (empty) empty.reportValidity();
    else this.show(this.at + 1);
  }

  show(wanted, focus = true) {
    const open = this.open();
    this.at = Math.min(Math.max(0, wanted), open.length - 1);
    const current = open[this.at];
    for (const one of this.form.querySelectorAll(QUESTIONS)) one.classList.toggle('is-away', one !== current && !current.contains(one));
    for (const part of this.form.querySelectorAll('section, fieldset, details, .fields, .stack > div')) {
      if (part.matches(QUESTIONS) || part.querySelector(QUESTIONS) === null) continue;
      part.classList.toggle('is-away', !part.contains(current));
    }
    current.closest('details')?.setAttribute('open', '');
    this.place.textContent = this.words.place.replace('{n}', this.at + 1).replace('{all}', open.length);
    this.back.disabled = this.at === 0;
    this.next.hidden = this.last();
    this.send.classList.toggle('is-away', !this.last());
    if (focus) {
      current.querySelector('input:not([type="hidden"]), select, textarea')?.focus();
      this.form.scrollIntoView({ block: 'start' });
    }
  }
}

for (const form of document.querySelectorAll('form[data-steps]')) new Steps(form);
