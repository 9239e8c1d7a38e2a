/* Text, bytes and digests. */

const encoder = new TextEncoder();

export function bytesOf(text) {
  return encoder.encode(text);
}

export function toBase64url(buffer) {
  const text = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

export function fromBase64url(text) {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));
}

export function toHex(buffer) {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function sha256(text) {
  return crypto.subtle.digest('SHA-256', bytesOf(text));
}

/* Returns 128 random bits as hexadecimal text: a scan's name for ever. */
export function newNonce() {
  return toHex(crypto.getRandomValues(new Uint8Array(16)));
}
