/* Stands in for static/js/qr-reader.js: the real reader, whose looks are counted and whose findings are noted. */

import { QrReader as Real } from './qr-reader.js?real';

export class QrReader extends Real {
  constructor(video, onText) {
    super(video, (text) => {
      window.bench.read.push({ text, at: performance.now(), looks: window.bench.looks });
      onText(text);
    });
  }

  grab() {
    const picture = super.grab();
    if (picture) window.bench.looks += 1;
    return picture;
  }
}
