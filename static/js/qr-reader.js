/* Reads QR codes out of a running video: by the browser's own detector where it works, else by the
   vendored decoder, which is fetched only then. */

import { prepareZXingModule, readBarcodes } from '../vendor/zxing-wasm-3.1.4/es/reader/index.js';

const WASM = new URL('../vendor/zxing-wasm-3.1.4/zxing_reader.wasm', import.meta.url).href;
const PAUSE = 60;
/* Ways of looking, in turn: the share of the picture's sides, how much it is enlarged, and by how much it is made
   smaller first, which averages a screen's grid and a dark room's grain away. No one of them reads what the three
   read together: bench/scanner.md. */
const WHOLE = { share: 1, scale: 1 };
const MIDDLE = { share: 0.5, scale: 1.5 };
const SOFT = { share: 0.6, scale: 1, through: 0.5 };
export const LOOKS = [MIDDLE, WHOLE, SOFT];
/* A camera may give more than it was asked for; a cheap phone's processor may not. */
const LONGEST = 1280;

export class QrReader {
  constructor(video, onText) {
    this.video = video;
    this.onText = onText;
    this.timer = null;
    this.detect = null;
    this.turn = 0;
  }

  /* Chooses a detector; throws if there is none. Some browsers offer one that fails when it is used. */
  async prepare() {
    if (this.detect) return;
    const native = await nativeDetector();
    this.looks = native ? [WHOLE] : LOOKS;
    this.detect = native ?? (await wasmDetector());
  }

  run() {
    if (this.timer === null) this.timer = setTimeout(() => this.look(), PAUSE);
  }

  async look() {
    try {
      const picture = this.grab();
      for (const text of picture ? await this.detect(picture) : []) this.onText(text);
    } catch (error) {
      console.warn('a frame could not be read', error);
    } finally {
      this.timer = setTimeout(() => this.look(), PAUSE);
    }
  }

  grab() {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width || this.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
    this.turn = (this.turn + 1) % this.looks.length;
    return seen(this.video, width, height, this.looks[this.turn]);
  }
}

const canvas = document.createElement('canvas');
const small = document.createElement('canvas');

/* Returns the pixels of one way of looking at a picture of this size. */
export function seen(picture, width, height, { share, scale, through }) {
  const part = { width: width * share, height: height * share };
  const fit = Math.min(scale, LONGEST / Math.max(part.width, part.height));
  const size = { width: Math.round(part.width * fit), height: Math.round(part.height * fit) };
  let from = picture;
  let area = [(width - part.width) / 2, (height - part.height) / 2, part.width, part.height];
  if (through) {
    drawn(small, from, area, { width: Math.round(size.width * through), height: Math.round(size.height * through) });
    from = small;
    area = [0, 0, small.width, small.height];
  }
  return drawn(canvas, from, area, size).getImageData(0, 0, canvas.width, canvas.height);
}

function drawn(target, from, area, { width, height }) {
  if (target.width !== width) target.width = width;
  if (target.height !== height) target.height = height;
  const context = target.getContext('2d', { willReadFrequently: true });
  context.drawImage(from, ...area, 0, 0, width, height);
  return context;
}

async function nativeDetector() {
  try {
    if (!(await BarcodeDetector.getSupportedFormats()).includes('qr_code')) return null;
    const detector = new BarcodeDetector({ formats: ['qr_code'] });
    await detector.detect(new ImageData(8, 8));
    return async (picture) => (await detector.detect(picture)).map((found) => found.rawValue);
  } catch {
    return null;
  }
}

async function wasmDetector() {
  await prepareZXingModule({ overrides: { locateFile: () => WASM }, fireImmediately: true });
  const options = { formats: ['QRCode'], tryHarder: true, maxNumberOfSymbols: 2 };
  return async (picture) => (await readBarcodes(picture, options)).filter((found) => found.isValid).map((found) => found.text);
}
