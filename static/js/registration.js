/* Shows of a registration only what concerns the person: the guardian's part for a minor, birth date and sex
   where the document does not tell them. Without it everything is shown, and the server decides anyway. */

const RESIDENT = 'resident_id';

/* The birth date a resident identity number states, or nothing while it is not complete. */
export function birthOf(typed) {
  const number = typed.normalize('NFKC').replace(/[^0-9Xx]/g, '');
  if (number.length !== 18 && number.length !== 15) return null;
  const digits = number.length === 18 ? number.slice(6, 14) : `19${number.slice(6, 12)}`;
  const birth = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
  return Number.isNaN(Date.parse(birth)) ? null : birth;
}

/* Full years between two dates written as 2008-02-29. */
export function fullYears(birth, day) {
  const years = Number(day.slice(0, 4)) - Number(birth.slice(0, 4));
  return day.slice(5) < birth.slice(5) ? years - 1 : years;
}

class Registration {
  constructor(form) {
    this.form = form;
    this.adult = Number(form.dataset.adult);
    this.sensitive = Number(form.dataset.sensitive);
    this.guardian = form.querySelector('[data-guardian]');
    this.note = form.querySelector('[data-guardian-note]');
    this.child = form.querySelector('[data-child]');
    this.other = form.querySelector('[data-other-document]');
    form.addEventListener('input', () => this.show());
    form.addEventListener('change', () => this.show());
    this.show();
  }

  age() {
    const { document_kind: kind, document_number: number, birth_on: birth } = this.form.elements;
    const stated = kind.value === RESIDENT ? birthOf(number.value) : birth.value;
    return stated ? fullYears(stated, this.form.dataset.today) : null;
  }

  show() {
    const age = this.age();
    this.other.hidden = this.form.elements.document_kind.value === RESIDENT && !this.wrong(this.other);
    this.guardian.hidden = (age === null || age >= this.adult) && !this.wrong(this.guardian);
    this.child.hidden = age !== null && age >= this.sensitive;
    this.note.hidden = age !== null;
  }

  wrong(part) {
    return part.querySelector('.field-error') !== null;
  }
}

const form = document.querySelector('[data-registration]');
if (form) new Registration(form);
