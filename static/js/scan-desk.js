/* Takes a scan: judges it by what the phone knows, keeps it, sends it, and says what can truly be said: the server's
   answer where it comes at once, else the phone's own, marked as not yet sent. */

import { newNonce } from './bytes.js';
import { notBefore, personOf, readCode, stateOf } from './codes.js';
import { judge } from './judge.js';
import { keep } from './scan-queue.js';
import { sayVerdict, sayWaiting, wall } from './scan-words.js';
import { serverNow } from './server-clock.js';

/* A code held in view, and a person just answered, are not asked about again for so long. */
const SAME = 10000;
/* Without an answer for so long, the phone answers by itself. */
const SLOW = 900;
/* An answer later than this goes to the list only: the person has walked on. */
const STALE = 10000;

/* Where nothing can be read, nothing can be judged; whether anything can be kept will show. */
const UNJUDGED = { outcome: 'stored', reason: 'no_snapshot', details: {}, record: null, act: null };

export class Desk {
  /* world: clock, device(), snapshot(), direction(). tell: present(result, item), list(item, result), counted(). */
  constructor(settings, words, world, sender, tell) {
    Object.assign(this, { settings, words, world, sender, tell });
    this.begun = new Map();
    this.seen = new Map();
  }

  /* From camera and handheld scanner, which read the same code again and again. */
  async takeOnce(text, way) {
    const now = performance.now();
    const direction = this.world.direction();
    const keys = [text + direction, personOf(text) + direction];
    const known = keys.filter((key) => now - (this.seen.get(key) ?? -SAME) < SAME);
    for (const key of known) this.seen.set(key, now);
    if (known.length) return;
    this.seen.set(keys[0], now);
    await this.take(text, way);
  }

  async take(text, way) {
    const code = text.trim();
    if (!code) return;
    const { settings, world } = this;
    const scan = {
      nonce: newNonce(),
      code,
      direction: world.direction(),
      shift_id: settings.shift,
      entry_point: readCode(code).kind === 'card' ? 'card' : way,
      moment: this.momentOf(code),
    };
    const isUp = this.sender.isUp;
    const verdict = await judge({
      ...scan,
      at: scan.moment.at,
      snapshot: world.snapshot(),
      account: settings.account,
      operators: { [settings.account]: settings.operator },
    }).catch(() => UNJUDGED);
    /* With a network the server speaks; until it has, nobody is told that they are in. */
    scan.told = isUp && verdict.outcome === 'accepted' ? 'stored' : verdict.outcome;
    await this.keepAndSend(scan, verdict, isUp);
  }

  async keepAndSend(scan, verdict, isUp) {
    let item;
    try {
      item = await keep(scan, this.settings.account, verdict.act, verdict.outcome === 'accepted');
    } catch (error) {
      console.error('a scan could not be kept', error);
      return this.notKept(scan);
    }
    const at = scan.moment.at;
    const isHeldBack = scan.told === 'stored' && verdict.outcome === 'accepted';
    const own = isHeldBack ? sayWaiting(verdict, at, this.words) : sayVerdict(verdict, at, this.words);
    const timer = setTimeout(() => this.late(item), isUp ? SLOW : 0);
    this.begun.set(item.nonce, { at: performance.now(), timer, own, item, shown: false, person: personOf(scan.code) });
    this.tell.counted();
    this.sender.flush();
  }

  /* Nothing is kept, so nothing is sent: the truth is on the screen at once, and on paper after that. */
  notKept(scan) {
    const { not_kept, not_kept_why } = this.words;
    const result = { outcome: 'refused', headline: not_kept, explanation: not_kept_why, at: wall(scan.moment.at, this.words.zone) };
    this.tell.list({ ...scan }, result);
    this.tell.present(result);
    for (const key of this.seen.keys()) if (key.startsWith(personOf(scan.code))) this.seen.delete(key);
  }

  /* The instant of a scan. Where the phone's clocks disagree, the one by which a personal code is good. */
  momentOf(code) {
    const { clock } = this.world;
    const paired = this.world.device();
    if (!clock.isSet || !paired || paired.state === 'revoked') return { at: serverNow().getTime(), beacon: null };
    const reading = readCode(code);
    const readings = clock.readings().map((one) => ({ ...one, at: notBefore(reading, one.at) }));
    return readings.find(({ at }) => stateOf(reading, at) === 'valid') ?? readings[0];
  }

  /* No answer in time: the phone says what it knows. */
  late(item) {
    const scan = this.begun.get(item.nonce);
    if (!scan || scan.shown) return;
    clearTimeout(scan.timer);
    scan.shown = true;
    this.sender.slow = true;
    this.tell.list(item, scan.own);
    this.tell.present(scan.own);
  }

  allLate() {
    for (const { item } of this.begun.values()) this.late(item);
  }

  /* The server's word for a scan. What the screen already says right is not said twice. */
  answered(item, result) {
    const scan = this.begun.get(item.nonce);
    this.begun.delete(item.nonce);
    clearTimeout(scan?.timer);
    this.tell.list(item, result);
    if (!scan) return;
    if (result.outcome !== 'refused') this.seen.set(scan.person + item.direction, performance.now());
    if (performance.now() - scan.at < STALE) this.tell.present(result, scan.shown && scan.own.headline === result.headline);
  }
}
