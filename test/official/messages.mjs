// Makes messages, one after the other, as their senders meant them.
import { join } from 'node:path';
import { makeCast } from './kinds.mjs';
import { jpeg, mp3, pdf, png, webp } from './media.mjs';
import { sealFile, sha256, writeFile } from './store.mjs';

export class Maker {
  constructor(given) {
    Object.assign(this, given);
    this.counter = 1;
    this.clock = this.firstDay;
    // Large stores are for measuring: their talk is faster, so that they end within a human life.
    this.pace = Math.min(1, 40000 / this.options.messages);
    this.states = new Map(
      this.world.conversations.map((c, position) => [c, { position, messages: 0, sent: 0, unread: 0, recent: [] }]),
    );
  }

  /** Things that are there before the first message. */
  prepare(rows) {
    const { random, generation } = this;
    if (this.options.plainTextOnly && !this.options.media) return;
    if (generation >= 12) {
      this.pack = { packId: random.hex(16), packKey: random.bytes(32).toString('base64') };
      rows.insert('sticker_packs', {
        id: this.pack.packId,
        key: this.pack.packKey,
        author: 'Fluister tests',
        coverStickerId: 0,
        createdAt: this.firstDay,
        downloadAttempts: 1,
        installedAt: this.firstDay,
        lastUsed: this.firstDay,
        status: 'installed',
        stickerCount: 1,
        title: 'Dots',
        position: 0,
        storageNeedsSync: 0,
      });
      const file = this.file(webp(), { contentType: 'image/webp', width: 512, height: 512 }, 'stickers.noindex');
      rows.insert('stickers', {
        id: 0,
        packId: this.pack.packId,
        emoji: '🐐',
        height: 512,
        width: 512,
        isCoverOnly: 0,
        path: file.path,
        version: file.version,
        localKey: file.localKey,
        size: file.size,
      });
    }
  }

  /** A file in the store, written to disk where it is meant to be there. */
  file(bytes, about, folder = 'attachments.noindex') {
    const { random, generation, out } = this;
    const name = random.hex(32);
    const version = about.version ?? (generation >= 1110 ? 2 : 1);
    const state = about.state ?? 'present';
    const here = state !== 'pending' && state !== 'failed';
    const keys = random.bytes(64);
    const iv = random.bytes(16);
    const made = {
      size: bytes.length,
      sha256: sha256(bytes),
      ...about,
      version,
      state,
      path: here ? `${name.slice(0, 2)}/${name}` : undefined,
      localKey: here && version === 2 ? keys.toString('base64') : undefined,
      remoteKey: random.bytes(64).toString('base64'),
      digest: random.bytes(32).toString('base64'),
      cdnKey: random.hex(10),
      uploadedAt: this.clock,
    };
    if (state === 'escaping') {
      made.path = `../escaped-${name.slice(0, 8)}.txt`;
      writeFile(join(out, made.path.slice(3)), bytes);
    }
    if (state === 'present' || state === 'tampered') {
      const stored = version === 2 ? sealFile(bytes, keys, iv) : bytes;
      if (state === 'tampered') stored[40] ^= 1;
      writeFile(join(out, folder, made.path), stored);
    }
    return made;
  }

  photo(about = {}) {
    const { random } = this;
    if (random.once(2)) {
      const [width, height] = [random.between(4, 12) * 8, random.between(4, 12) * 8];
      return this.file(png(width, height, random), {
        contentType: 'image/png',
        fileName: `picture-${random.between(1, 99)}.png`,
        width,
        height,
        ...about,
      });
    }
    const [wide, high] = [random.between(4, 16), random.between(4, 16)];
    return this.file(jpeg(wide, high, random), {
      contentType: 'image/jpeg',
      fileName: `IMG_${random.between(1000, 9999)}.jpg`,
      width: wide * 8,
      height: high * 8,
      ...about,
    });
  }

  voice(about = {}) {
    const frames = this.random.between(20, 60);
    return this.file(mp3(frames), {
      contentType: 'audio/mpeg',
      voice: true,
      duration: this.generation >= 1460 ? frames * 0.026 : undefined,
      ...about,
    });
  }

  document(about = {}) {
    const { random } = this;
    const name = random.pick(['minutes', 'packing list', 'budget', 'training plan', 'draft']);
    return this.file(pdf(`Fluister test: ${name}`), {
      contentType: 'application/pdf',
      fileName: `${name} ${random.between(1, 30)}.pdf`,
      ...about,
    });
  }

  /** A message with what every message has; the clock moves on. */
  base(conversation, type, sender, more = {}) {
    const { random } = this;
    this.clock += Math.ceil((more.pause ?? random.between(4000, 240000)) * this.pace);
    // People sleep.
    const hour = new Date(this.clock).getUTCHours();
    if (this.pace === 1 && more.opens && (hour >= 22 || hour < 7)) this.clock += ((31 - hour) % 24) * 3600000;
    const incoming = type === 'incoming';
    const m = {
      id: random.uuid(),
      conversation,
      type,
      sender,
      sentAt: this.clock,
      receivedAt: this.clock + (incoming ? random.between(80, 900) : 5),
      counter: ++this.counter,
      serverGuid: random.uuid(),
      ...more,
    };
    delete m.pause;
    delete m.opens;
    if (m.late) {
      m.counter -= m.late;
      m.receivedAt -= m.late * 60000;
      m.sentAt = m.receivedAt - 100;
    }
    if (conversation?.expireTimer && m.expireTimer === undefined && (incoming || type === 'outgoing'))
      m.expireTimer = conversation.expireTimer;
    this.remember(conversation, m);
    return m;
  }

  remember(conversation, m) {
    const state = this.states.get(conversation);
    if (!state) return;
    state.messages++;
    if (m.type === 'outgoing') state.sent++;
    state.activeAt = Math.max(state.activeAt ?? 0, typeof m.sentAt === 'number' && m.sentAt < 1e14 ? m.sentAt : 0);
    if (m.isUnread) state.unread++;
    if (m.text && m.sender && m.sentAt > this.firstDay && m.sentAt < 1e14 && !m.isViewOnce && !m.isErased) {
      state.recent.push(m);
      if (state.recent.length > 12) state.recent.shift();
      if (typeof m.text[0] === 'string') state.lastMessage = m.text[0];
    }
  }

  spoken(conversation, more = {}) {
    const line = this.corpus.next(conversation, this.clock);
    const mine = line.speaker === this.world.me;
    return this.base(conversation, mine ? 'outgoing' : 'incoming', line.speaker, {
      text: [line.text],
      opens: line.first,
      pause: line.first ? this.random.between(600000, 5400000) : this.random.between(8000, 240000),
      ...more,
    });
  }

  *messages() {
    const { random, world, options } = this;
    const { conversations } = world;
    const special = options.plainTextOnly ? [] : makeCast(this);
    const total = options.messages;
    // The written kinds are spread over the whole run, so that a cut anywhere still meets some.
    const every = special.length ? Math.max(1, Math.floor(total / (special.length + 1))) : Infinity;
    const canaryAt = options.canary ? Math.floor(total / 2) : -1;
    let at = 0;
    let made = 0;
    while (made < total || at < special.length) {
      if (at < special.length && (made % every === every - 1 || made >= total)) {
        for (const m of special[at]()) {
          if (m) {
            yield m;
            made++;
          }
        }
        at++;
        if (made >= total) continue;
      }
      if (made === canaryAt) {
        yield this.spoken(conversations[0], { text: [`Please remember ${options.canary} for me.`] });
        made++;
        continue;
      }
      // Talk stays in a conversation for a while.
      if (!this.here || random.once(9))
        this.here = conversations[Math.floor((random.below(1000) / 1000) ** 1.6 * conversations.length)];
      yield this.ordinary(this.here, total - made <= 12);
      made++;
    }
  }

  /** Talk with now and then a quote, a reaction, a file, a link. */
  ordinary(conversation, late) {
    const { random, world, generation } = this;
    const m = this.spoken(conversation, late ? {} : undefined);
    const { recent } = this.states.get(conversation);
    if (late && m.type === 'incoming') {
      m.isUnread = true;
      this.states.get(conversation).unread++;
    }
    if (recent.length > 3 && random.once(14)) {
      const quoted = recent[random.between(0, recent.length - 3)];
      m.quote = { sentAt: quoted.sentAt, author: quoted.sender, text: quoted.text, messageId: undefined };
    }
    if (random.once(8)) {
      const from = random.pick(conversation.people);
      m.reactions = [
        { emoji: random.pick(['👍', '❤️', '😂', '😮', '🙏', '👍🏽']), from, at: m.sentAt + random.between(3000, 90000) },
      ];
      const other = random.pick(conversation.people);
      if (other !== from && random.once(3))
        m.reactions.push({ emoji: '🎉', from: other, at: m.sentAt + random.between(90000, 190000) });
    }
    const link = /https:\/\/\S+/.exec(m.text[0]);
    if (link && generation >= 12)
      m.previews = [{ url: link[0], title: 'Example page', description: 'A page that exists for tests only.' }];
    if (this.options.media && random.once(12))
      m.attachments = [random.pick([() => this.photo(), () => this.document(), () => this.voice()])()];
    if (conversation.people.length === 1 && m.reactions) delete m.reactions;
    if (m.sender !== world.me && generation < 20 && !m.sender.number)
      throw new Error('before generation 20 everybody has a number');
    return m;
  }

  storedConversations() {
    const { world, random, generation } = this;
    const list = world.conversations.map(conversation => ({
      conversation,
      person: conversation.person,
      state: this.states.get(conversation),
    }));
    const known = new Set(list.map(c => c.person).filter(Boolean));
    for (const person of world.everybody) if (!known.has(person)) list.push({ conversation: null, person, state: {} });
    for (const { state, conversation } of list) {
      state.profileKey = random.bytes(32).toString('base64');
      if (conversation?.group && generation >= 23) state.masterKey = random.bytes(32).toString('base64');
    }
    if (!this.options.plainTextOnly) {
      if (list[0].conversation?.group) list[0].state.avatar = this.photo({ fileName: undefined });
      if (list[1]?.state) list[1].state.draft = 'I was about to say';
    }
    return list;
  }
}
