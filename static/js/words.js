/* Reads what the page tells its scripts: words in the reader's language, and settings. */

export function read(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

/* Fills {name} places. */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}
