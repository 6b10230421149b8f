// From what the maker of messages means to what a generation of Signal Desktop stores.
import { columnsOf, hasTable } from './schema.mjs';
import { conversationId, personId } from './people.mjs';

const styles = { bold: 1, italic: 2, spoiler: 3, strikethrough: 4, monospace: 5, later: 99 };
const placeholder = '\ufffc';

/** Text as it is stored: a mention is one U+FFFC, and ranges say who and how. */
export function storedText(segments, generation) {
  let body = '';
  const ranges = [];
  const walk = list => {
    for (const segment of list) {
      const start = body.length;
      if (typeof segment === 'string') body += segment;
      else if (segment.mention) {
        if (generation < 23) {
          body += `@${segment.mention.name}`;
          continue;
        }
        body += placeholder;
        ranges.push({
          start,
          length: 1,
          [generation < 88 ? 'mentionUuid' : 'mentionAci']: segment.mention.aci,
          replacementText: undefined,
        });
      } else {
        const at = ranges.length;
        walk(segment.of);
        if (generation >= 83) ranges.splice(at, 0, { start, length: body.length - start, style: styles[segment.style] });
      }
    }
  };
  walk(segments);
  return { body, ranges };
}

const drop = object => {
  for (const key of Object.keys(object)) if (object[key] === undefined) delete object[key];
  return object;
};

/** An attachment as it stands in a message's JSON. */
export function attachmentJson(a) {
  return drop({
    contentType: a.contentType,
    size: a.size,
    fileName: a.fileName,
    width: a.width,
    height: a.height,
    caption: a.caption,
    flags: a.voice ? 1 : undefined,
    path: a.path,
    version: a.version === 2 ? 2 : undefined,
    localKey: a.localKey,
    plaintextHash: a.version === 2 ? a.sha256 : undefined,
    key: a.remoteKey,
    digest: a.digest,
    cdnKey: a.cdnKey,
    cdnNumber: a.cdnKey ? 3 : undefined,
    uploadTimestamp: a.uploadedAt,
    pending: a.state === 'pending' ? true : undefined,
    error: a.state === 'failed' ? true : undefined,
    blurHash: a.blurHash,
    duration: a.duration,
    textAttachment: a.textAttachment,
    thumbnail: a.thumbnail && attachmentJson(a.thumbnail),
  });
}

export class Rows {
  constructor(db, generation, world) {
    this.db = db;
    this.generation = generation;
    this.world = world;
    this.statements = new Map();
    this.messageColumns = columnsOf('messages', generation).filter(name => name !== 'rowid');
  }

  insert(table, values) {
    let known = this.statements.get(table);
    if (!known) {
      const columns = columnsOf(table, this.generation).filter(name => !(table === 'messages' && name === 'rowid'));
      known = {
        columns,
        statement: this.db.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`),
      };
      this.statements.set(table, known);
    }
    return known.statement.run(
      known.columns.map(name => {
        const value = values[name];
        return value === undefined ? null : typeof value === 'boolean' ? Number(value) : value;
      }),
    );
  }

  has(table) {
    return hasTable(table, this.generation);
  }

  personId(person) {
    return personId(person, this.generation);
  }

  /** A conversation's id as it stands in JSON: before generation 20 with the plus sign that the column loses. */
  jsonId(id) {
    return this.generation < 20 && /^\d+$/.test(id) ? `+${id}` : id;
  }

  serviceIdField() {
    return this.generation < 88 ? 'sourceUuid' : 'sourceServiceId';
  }

  conversation(person, conversation, state) {
    const g = this.generation;
    const id = conversation ? conversationId(conversation, g) : this.personId(person);
    const group = conversation?.group === true;
    const full = person && ([person.given, person.family].filter(Boolean).join(' ') || undefined);
    const memberIds = group ? conversation.people.map(p => (g < 20 ? p.number : g < 43 ? p.conversationUuid : p.aci)) : undefined;
    const v2 = group && g >= 23;
    const json = drop({
      id: this.jsonId(id),
      type: group ? 'group' : 'private',
      version: 2,
      active_at: state.activeAt ?? undefined,
      timestamp: state.activeAt ?? undefined,
      isArchived: conversation?.archived ? true : undefined,
      expireTimer: conversation?.expireTimer,
      unreadCount: state.unread ?? 0,
      messageCount: state.messages ?? 0,
      sentMessageCount: state.sent ?? 0,
      lastMessage: state.lastMessage,
      draft: state.draft,
      draftTimestamp: state.draft ? state.activeAt : undefined,
      profileSharing: true,
      name: group ? conversation.title : person?.contact,
      inbox_position: state.position,
      isPinned: state.position === 0 ? true : undefined,
      members: group && !v2 ? memberIds : undefined,
      avatar: state.avatar && attachmentJson(state.avatar),
    });
    if (!group) {
      Object.assign(
        json,
        drop({
          profileName: person.given ?? undefined,
          profileFamilyName: person.family ?? undefined,
          e164: g >= 20 ? (person.number ?? undefined) : undefined,
          [g < 88 ? 'uuid' : 'serviceId']: g >= 20 ? person.aci : undefined,
          nicknameGivenName: g >= 1000 ? (person.nickname?.[0] ?? undefined) : undefined,
          nicknameFamilyName: g >= 1000 ? (person.nickname?.[1] ?? undefined) : undefined,
          profileKey: state.profileKey,
          profileAvatar: state.profileAvatar && attachmentJson(state.profileAvatar),
          verified: 0,
        }),
      );
    } else if (v2) {
      json.groupId = conversation.groupId;
      json.groupVersion = 2;
      json.revision = 7;
      json.masterKey = state.masterKey;
      json.membersV2 = conversation.people.map((p, i) => ({
        [g < 43 ? 'conversationId' : g < 88 ? 'uuid' : 'aci']: g < 43 ? p.conversationUuid : p.aci,
        role: i === 0 ? 2 : 1,
        joinedAtVersion: 0,
      }));
      json.pendingMembersV2 = [];
    } else if (g >= 20) json.groupId = conversation.groupId;
    this.insert('conversations', {
      id: this.jsonId(id),
      json: JSON.stringify(json),
      active_at: state.activeAt,
      type: group ? 'group' : 'private',
      members: group ? memberIds.join(' ') : null,
      name: json.name,
      profileName: group ? null : person.given,
      profileFamilyName: group ? null : person.family,
      profileFullName: group ? null : full,
      e164: group ? null : person.number,
      uuid: group ? null : person.aci,
      serviceId: group ? null : person.aci,
      groupId: group ? conversation.groupId : null,
      expireTimerVersion: 1,
    });
  }

  quote(q) {
    const g = this.generation;
    const text = q.text ? storedText(q.text, g) : undefined;
    return drop({
      id: q.sentAt,
      author: g < 40 || q.byNumber ? q.author.number : undefined,
      authorUuid: !q.byNumber && g >= 20 && g < 88 ? q.author.aci : undefined,
      authorAci: !q.byNumber && g >= 88 ? q.author.aci : undefined,
      text: text?.body,
      bodyRanges: text?.ranges.length ? text.ranges : undefined,
      attachments: (q.attachments ?? []).map(a =>
        drop({
          contentType: a.contentType,
          fileName: a.fileName,
          thumbnail: a.thumbnail && attachmentJson(a.thumbnail),
        }),
      ),
      isViewOnce: q.isViewOnce === true,
      messageId: q.messageId,
      referencedMessageNotFound: q.notFound === true,
    });
  }

  previews(list) {
    return list.map(p =>
      drop({
        url: p.url,
        title: p.title,
        description: p.description,
        date: null,
        image: p.image && attachmentJson(p.image),
      }),
    );
  }

  reactionsJson(m) {
    const g = this.generation;
    return m.reactions.map(r =>
      drop({
        emoji: r.emoji,
        fromId: g < 20 || (r.old && r.from.number) ? r.from.number : r.from.conversationUuid,
        targetAuthorUuid: g >= 20 && g < 88 ? m.sender.aci : undefined,
        targetTimestamp: m.sentAt,
        timestamp: r.at,
      }),
    );
  }

  /** Stores one message and what belongs to it. */
  message(m) {
    const g = this.generation;
    const id = m.conversation ? conversationId(m.conversation, g) : (m.strayConversation ?? null);
    const text = m.text ? storedText(m.text, g) : undefined;
    const incoming = m.type === 'incoming' || (m.type === 'story' && m.sender !== this.world.me);
    const sourceNumber = m.strangerAci ? undefined : (m.sender?.number ?? undefined);
    const sourceAci = m.strangerAci ?? m.sender?.aci;
    const hasSource = incoming || m.sourced;
    const inTable = this.has('message_attachments') && !m.oldRow;
    const columns = {
      id: m.id,
      body: text?.body,
      conversationId: id === null ? undefined : this.jsonId(id),
      type: m.type ?? undefined,
      sent_at: m.sentAt,
      received_at: g < 20 ? m.receivedAt : m.counter,
      received_at_ms: g < 20 ? undefined : m.receivedAt,
      timestamp: m.sentAt,
      serverTimestamp: incoming ? m.receivedAt - 30 : undefined,
      source: hasSource ? sourceNumber : undefined,
      sourceDevice: hasSource ? 1 : undefined,
      [this.serviceIdField()]: hasSource && g >= 20 ? sourceAci : undefined,
      expireTimer: m.expireTimer,
      expirationStartTimestamp: m.expireTimer ? (m.expirationStart ?? m.receivedAt + 5000) : undefined,
      isErased: m.isErased,
      isViewOnce: m.isViewOnce,
      schemaVersion: 14,
      serverGuid: incoming && g >= 32 ? m.serverGuid : undefined,
      storyId: m.storyId,
      readStatus: g >= 39 ? (incoming || m.notice ? (m.isUnread ? 1 : 0) : undefined) : undefined,
      unread: g < 39 && m.isUnread ? 1 : undefined,
      seenStatus: g >= 56 ? (incoming || m.notice ? (m.isUnread ? 1 : 2) : 0) : undefined,
      unidentifiedDeliveryReceived: incoming ? true : undefined,
      mentionsMe: m.mentionsMe === true ? true : undefined,
    };
    if (m.numberOnly) columns[this.serviceIdField()] = undefined;
    const json = {};
    if (g < 1270 || m.oldRow) {
      for (const key of Object.keys(columns)) {
        if (key !== 'isErased' && key !== 'isViewOnce' && key !== 'mentionsMe')
          json[key] = typeof columns[key] === 'bigint' ? Number(columns[key]) : columns[key];
        else if (columns[key]) json[key] = columns[key];
      }
    }
    if (incoming && m.type === 'incoming')
      Object.assign(json, {
        attachments: [],
        bodyRanges: [],
        contact: [],
        decrypted_at: m.receivedAt + 40,
        errors: [],
        flags: 0,
        preview: [],
        requiredProtocolVersion: 0,
        supportedVersionAtReceive: 8,
      });
    if (text?.ranges.length || m.moreRanges) json.bodyRanges = [...text.ranges, ...(m.moreRanges ?? [])];
    if (m.attachments && !inTable) json.attachments = m.attachments.map(attachmentJson);
    else if (m.type === 'outgoing') json.attachments = [];
    if (m.longText && !inTable) json.bodyAttachment = attachmentJson(m.longText);
    if (m.quote) {
      json.quote = this.quote(m.quote);
      if (inTable) json.quote.attachments.forEach(a => delete a.thumbnail);
    }
    if (m.reactions?.length) json.reactions = this.reactionsJson(m);
    if (m.previews) {
      json.preview = this.previews(m.previews);
      if (inTable) json.preview.forEach(p => delete p.image);
    }
    if (m.contacts)
      json.contact = m.contacts.map(c =>
        drop({
          name: c.name,
          number: c.numbers?.map(value => ({ value, type: 2 })),
          email: c.emails?.map(value => ({ value, type: 1 })),
          organization: c.organization,
        }),
      );
    if (m.sticker)
      json.sticker = drop({
        packId: m.sticker.packId,
        packKey: m.sticker.packKey,
        stickerId: m.sticker.stickerId,
        emoji: m.sticker.emoji,
        data: inTable ? undefined : attachmentJson(m.sticker.data),
      });
    if (m.poll)
      json.poll = {
        question: m.poll.question,
        options: m.poll.options,
        allowMultiple: m.poll.allowMultiple,
        votes: m.poll.votes.map(v => ({
          fromConversationId: v.from.conversationUuid,
          optionIndexes: v.options,
          voteCount: v.count ?? 1,
          timestamp: v.at,
        })),
        terminatedAt: m.poll.terminatedAt,
      };
    if (m.edits) {
      const versions = [{ text: m.text, sentAt: m.editedAt, attachments: m.attachments }, ...[...m.edits].reverse()];
      json.editHistory = versions.map((v, i) => {
        const stored = storedText(v.text, g);
        return drop({
          body: stored.body,
          bodyRanges: stored.ranges.length ? stored.ranges : undefined,
          attachments: inTable ? undefined : (v.attachments ?? []).map(attachmentJson),
          timestamp: v.sentAt,
          received_at: m.counter + versions.length - 1 - i,
          received_at_ms: v.sentAt + 700,
          readStatus: 0,
        });
      });
      json.editMessageTimestamp = m.editedAt;
      json.editMessageReceivedAt = m.counter + versions.length;
      json.editMessageReceivedAtMs = m.editedAt + 700;
    }
    if (m.type === 'outgoing' && m.conversation) {
      const others = m.conversation.people.filter(p => p !== this.world.me);
      if (g < 38)
        Object.assign(json, { sent: true, sent_to: others.map(p => this.jsonId(this.personId(p))), delivered: others.length });
      else
        json.sendStateByConversationId = Object.fromEntries(
          others.map(p => [this.personId(p), { status: m.sendStatus ?? 'Read', updatedAt: m.sentAt + 1900 }]),
        );
    }
    if (m.isErased && m.deletedForEveryone)
      Object.assign(json, { deletedForEveryone: true, deletedForEveryoneTimestamp: m.sentAt + 60000 });
    if (m.extra) Object.assign(json, m.extra(this));
    let written = JSON.stringify(json);
    if (m.rewriteJson) written = m.rewriteJson(written, g);

    const shown = (m.attachments ?? []).filter(a => a.contentType !== 'text/x-signal-plain');
    const visual = shown.some(a => /^(image|video)\//.test(a.contentType));
    this.insert('messages', {
      ...columns,
      json: written,
      isErased: m.isErased === true,
      isViewOnce: m.isViewOnce === true,
      mentionsMe: m.mentionsMe === true,
      hasAttachments: shown.length > 0,
      hasFileAttachments: shown.some(a => !/^(image|video|audio)\//.test(a.contentType)),
      hasVisualMediaAttachments: visual,
      isChangeCreatedByUs: m.byUs === true,
      hasUnreadPollVotes: m.unreadPollVotes === true,
      seenStatus: columns.seenStatus ?? 0,
    });
    // No JavaScript string can bring a lone surrogate's three bytes into the store.
    if (m.surrogate)
      this.db
        .prepare("UPDATE messages SET body = CAST(replace(CAST(body AS BLOB), x'efbfbd', ?) AS TEXT) WHERE id = ?")
        .run([m.surrogate, m.id]);

    if (m.reactions && this.has('reactions'))
      for (const r of m.reactions)
        this.insert('reactions', {
          conversationId: id,
          emoji: r.emoji,
          fromId: r.from.conversationUuid,
          messageReceivedAt: m.counter,
          targetAuthorUuid: m.sender.aci,
          targetAuthorAci: m.sender.aci,
          targetTimestamp: m.sentAt,
          unread: 0,
          messageId: m.id,
          timestamp: r.at,
        });
    if (text && this.has('mentions'))
      for (const r of text.ranges) {
        const aci = r.mentionAci ?? r.mentionUuid;
        if (aci)
          this.insert('mentions', { messageId: m.id, mentionUuid: aci, mentionAci: aci, start: r.start, length: r.length });
      }
    if (m.edits && this.has('edited_messages'))
      for (const e of [{ sentAt: m.editedAt }, ...m.edits])
        this.insert('edited_messages', {
          fromId: this.personId(m.sender),
          messageId: m.id,
          sentAt: e.sentAt,
          readStatus: 0,
          conversationId: id,
        });
    if (m.sticker && this.has('sticker_references'))
      this.insert('sticker_references', {
        messageId: m.id,
        packId: m.sticker.packId,
        stickerId: m.sticker.stickerId,
        isUnresolved: 0,
      });
    if (m.callRow && this.has('callsHistory')) this.insert('callsHistory', m.callRow);
    if (m.isPinned && this.has('pinnedMessages'))
      this.insert('pinnedMessages', {
        conversationId: id,
        messageId: m.id,
        messageSentAt: m.sentAt,
        messageSenderAci: m.sender.aci,
        pinnedByAci: this.world.me.aci,
        pinnedAt: m.sentAt + 90000,
        expiresAt: null,
      });
    if (inTable) this.attachments(m, id);
  }

  attachments(m, conversation) {
    const insert = (a, type, order, edit = -1) =>
      this.insert('message_attachments', {
        messageId: m.id,
        editHistoryIndex: edit,
        attachmentType: type,
        orderInMessage: order,
        conversationId: conversation ?? '',
        sentAt: m.sentAt,
        size: a.size,
        contentType: a.contentType,
        path: a.path,
        plaintextHash: a.version === 2 ? a.sha256 : null,
        localKey: a.localKey,
        caption: a.caption,
        fileName: a.fileName,
        blurHash: a.blurHash,
        height: a.height,
        width: a.width,
        digest: a.digest,
        key: a.remoteKey,
        version: a.version === 2 ? 2 : 1,
        transitCdnKey: a.cdnKey,
        transitCdnNumber: a.cdnKey ? 3 : null,
        transitCdnUploadTimestamp: a.uploadedAt,
        flags: a.voice ? 1 : null,
        error: a.state === 'failed' ? 1 : null,
        pending: a.state === 'pending' ? 1 : null,
        messageType: m.type,
        receivedAt: m.counter,
        receivedAtMs: m.receivedAt,
        isViewOnce: m.isViewOnce ? 1 : 0,
        duration: a.duration ?? null,
        audioWaveform: a.voice ? Buffer.from([3, 9, 27, 81, 120, 60, 30, 12]) : null,
        thumbnailPath: a.thumbnail?.path,
        thumbnailSize: a.thumbnail?.size,
        thumbnailContentType: a.thumbnail?.contentType,
        thumbnailLocalKey: a.thumbnail?.localKey,
        thumbnailVersion: a.thumbnail?.version,
        storyTextAttachmentJson: a.textAttachment ? JSON.stringify(a.textAttachment) : null,
      });
    m.attachments?.forEach((a, i) => insert(a, 'attachment', i));
    if (m.longText) insert(m.longText, 'long-message', 0);
    m.quote?.attachments?.forEach((a, i) => a.thumbnail && insert(a.thumbnail, 'quote', i));
    m.previews?.forEach((p, i) => p.image && insert(p.image, 'preview', i));
    if (m.sticker) insert(m.sticker.data, 'sticker', 0);
    if (m.edits) {
      m.attachments?.forEach((a, i) => insert(a, 'attachment', i, 0));
      [...m.edits].reverse().forEach((e, at) => e.attachments?.forEach((a, i) => insert(a, 'attachment', i, at + 1)));
    }
  }
}
