// The tables of Signal Desktop's store as they stand at a schema generation ("user_version"), as data:
// a column, constraint or index carries the generation that brought it and the one that took it away.
// Names, types and generations are facts of that program; where the exact generation of a change is not
// known, the nearest of our generations has it (marked "about").
//
// Left out: messages_fts and its triggers (the makers of rows fill what other triggers would fill), badges,
// sendLog*, attachment_backup*, attachments_protected*, backup_cdn*, groupSend*, donationReceipts, emojis, recent*,
// key_transparency*, kyberPreKey*, megaphones, notificationProfiles, senderKeys, syncTasks, uninstalled_sticker_packs,
// defunctCallLinks, groupCallRing*, sqlite_stat*.

/** Generations that tests go through. Any number between works too. */
export const generations = [19, 20, 23, 45, 83, 88, 91, 1010, 1270, 1360, 1390, 1460, 1520, 1560, 1830];
export const newest = 1830;

const quiet = `'change-number-notification', 'group-v1-migration', 'message-history-unsynced', 'profile-change', 'story',
  'universal-timer-notification', 'verified-change'`;
const quieter = `${quiet}, 'contact-removed-notification', 'conversation-merge'`;
const noAnswer = `AND NOT (type IS 'message-request-response-event'
  AND json_extract(json, '$.messageRequestResponseEvent') IN ('ACCEPT', 'BLOCK', 'UNBLOCK'))`;
const kindNotIn = (list, more = '') => `INTEGER GENERATED ALWAYS AS (type IS NULL OR type NOT IN (${list}) ${more})`;
const leaves = id => `INTEGER GENERATED ALWAYS AS (
  type IS 'group-v2-change'
  AND json_array_length(json_extract(json, '$.groupV2Change.details')) IS 1
  AND json_extract(json, '$.groupV2Change.details[0].type') IS 'member-remove'
  AND json_extract(json, '$.groupV2Change.from') IS NOT NULL
  AND json_extract(json, '$.groupV2Change.from') IS json_extract(json, '$.groupV2Change.details[0].${id}'))`;

// table: { since, until, strict, columns: [[text, since, until], ...], indexes: [[name, rest, since, until], ...] }
const tables = {
  messages: {
    since: 1,
    columns: [
      ['rowid INTEGER PRIMARY KEY ASC', 25],
      ['id STRING PRIMARY KEY ASC', 1, 25],
      ['id STRING UNIQUE', 25],
      ['json TEXT', 1],
      ['unread INTEGER', 1, 39],
      ['readStatus INTEGER', 39],
      ['expires_at INTEGER', 1],
      ['sent_at INTEGER', 1],
      ['schemaVersion INTEGER', 1],
      ['conversationId STRING', 1],
      ['received_at INTEGER', 1],
      ['source STRING', 1, 1270],
      ['sourceDevice STRING', 1, 38],
      ['deprecatedSourceDevice STRING', 38, 68],
      ['hasAttachments INTEGER', 1],
      ['hasFileAttachments INTEGER', 1],
      ['hasVisualMediaAttachments INTEGER', 1],
      ['expireTimer INTEGER', 2],
      ['expirationStartTimestamp INTEGER', 2],
      ['type STRING', 2],
      ['body TEXT', 8],
      ['messageTimer INTEGER', 16],
      ['messageTimerStart INTEGER', 16],
      ['messageTimerExpiresAt INTEGER', 16],
      ['isErased INTEGER', 16],
      ['isViewOnce INTEGER', 17],
      ['sourceUuid TEXT', 20, 88],
      ['sourceServiceId TEXT', 88],
      ['serverGuid STRING NULL', 32],
      ['expiresAt INT GENERATED ALWAYS AS (expirationStartTimestamp + (expireTimer * 1000))', 33, 60],
      ['sourceDevice INTEGER', 38],
      ['storyId STRING', 45],
      ["isStory INTEGER GENERATED ALWAYS AS (type IS 'story')", 46],
      ['isChangeCreatedByUs INTEGER NOT NULL DEFAULT 0', 47],
      ["isTimerChangeFromSync INTEGER GENERATED ALWAYS AS (json_extract(json, '$.expirationTimerUpdate.fromSync') IS 1)", 47],
      ['seenStatus NUMBER default 0', 56],
      ['storyDistributionListId STRING', 52], // about
      ['expiresAt INT GENERATED ALWAYS AS (ifnull(expirationStartTimestamp + (expireTimer * 1000), 9007199254740991))', 60],
      [`shouldAffectActivity ${kindNotIn(`${quiet}, 'keychange'`)}`, 47, 81],
      [`shouldAffectActivity ${kindNotIn(`${quieter}, 'keychange'`)}`, 81, 1030],
      [`shouldAffectActivity ${kindNotIn(`${quieter}, 'keychange'`, noAnswer)}`, 1030],
      [`shouldAffectPreview ${kindNotIn(quiet)}`, 47, 81],
      [`shouldAffectPreview ${kindNotIn(quieter)}`, 81, 1030],
      [`shouldAffectPreview ${kindNotIn(`${quieter}, 'keychange'`, noAnswer)}`, 1030],
      [`isUserInitiatedMessage ${kindNotIn(`${quiet}, 'group-v2-change', 'keychange'`)}`, 47, 81],
      [`isUserInitiatedMessage ${kindNotIn(`${quieter}, 'group-v2-change', 'keychange'`)}`, 81],
      ['mentionsMe INTEGER NOT NULL DEFAULT 0', 83],
      [`isGroupLeaveEvent ${leaves('uuid')}`, 47, 88],
      [`isGroupLeaveEvent ${leaves('aci')}`, 88],
      ['isGroupLeaveEventFromOther INTEGER GENERATED ALWAYS AS (isGroupLeaveEvent IS 1 AND isChangeCreatedByUs IS 0)', 47],
      ["callId TEXT GENERATED ALWAYS AS (json_extract(json, '$.callId'))", 72],
      ["isAddressableMessage INTEGER GENERATED ALWAYS AS (type IS NULL OR type IN ('incoming', 'outgoing'))", 1060],
      ['timestamp INTEGER', 1270],
      ['received_at_ms INTEGER', 1270],
      ['unidentifiedDeliveryReceived INTEGER', 1270],
      ['serverTimestamp INTEGER', 1270],
      ['source TEXT', 1270],
      ['isSearchable INT GENERATED ALWAYS AS (isViewOnce IS NOT 1 AND storyId IS NULL) VIRTUAL', 1500],
      [
        `searchableText TEXT GENERATED ALWAYS AS (
        CASE WHEN json -> 'poll' IS NOT NULL THEN json -> 'poll' ->> 'question' ELSE body END) VIRTUAL`,
        1500,
      ],
      ['hasUnreadPollVotes INTEGER NOT NULL DEFAULT 0', 1520],
      ['hasExpireTimer INTEGER NOT NULL GENERATED ALWAYS AS (COALESCE(expireTimer, 0) > 0) VIRTUAL', 1530],
      ["hasPreviews INTEGER NOT NULL GENERATED ALWAYS AS (IFNULL(json_array_length(json, '$.preview'), 0) > 0)", 1550],
      ["hasContacts INTEGER NOT NULL GENERATED ALWAYS AS (IFNULL(json_array_length(json, '$.contact'), 0) > 0)", 1570], // about
    ],
    indexes: [
      ['messages_id', '(id ASC)', 25],
      ['messages_receipt', '(sent_at)', 1],
      ['messages_schemaVersion', '(schemaVersion)', 1],
      ['messages_expires_at', '(expires_at)', 1, 33],
      ['message_expires_at', '(expiresAt)', 33, 60],
      ['messages_expires_at', '(expiresAt)', 60],
      ['messages_conversation', '(conversationId, received_at)', 1, 45],
      ['messages_conversation', '(conversationId, type, storyId, received_at)', 45, 46],
      ['messages_conversation', '(conversationId, isStory, storyId, received_at, sent_at)', 46],
      ['messages_conversation_no_story_id', '(conversationId, isStory, received_at, sent_at)', 76],
      ['messages_duplicate_check', '(source, sourceDevice, sent_at)', 1, 38],
      ['messages_hasAttachments', '(conversationId, hasAttachments, received_at)', 1, 45],
      [
        'messages_hasAttachments',
        "(conversationId, hasAttachments, received_at) WHERE type IS NOT 'story' AND storyId IS NULL",
        45,
      ],
      ['messages_hasFileAttachments', '(conversationId, hasFileAttachments, received_at)', 1, 45],
      [
        'messages_hasFileAttachments',
        "(conversationId, hasFileAttachments, received_at) WHERE type IS NOT 'story' AND storyId IS NULL",
        45,
      ],
      ['messages_hasVisualMediaAttachments', '(conversationId, hasVisualMediaAttachments, received_at)', 1, 45],
      [
        'messages_hasVisualMediaAttachments',
        "(conversationId, hasVisualMediaAttachments, received_at) WHERE type IS NOT 'story' AND storyId IS NULL",
        45,
        79,
      ],
      [
        'messages_hasVisualMediaAttachments',
        '(conversationId, isStory, storyId, hasVisualMediaAttachments, received_at, sent_at) WHERE hasVisualMediaAttachments IS 1',
        79,
      ],
      ['messages_without_timer', '(expireTimer, expires_at, type) WHERE expires_at IS NULL AND expireTimer IS NOT NULL', 3, 33],
      ['messages_unread', '(conversationId, unread) WHERE unread IS NOT NULL', 3, 39],
      ['messages_unread', '(conversationId, readStatus) WHERE readStatus IS NOT NULL', 39, 45],
      ['messages_unread', '(conversationId, readStatus, type, storyId) WHERE readStatus IS NOT NULL', 45, 50],
      [
        'messages_unread',
        '(conversationId, readStatus, isStory, storyId, received_at, sent_at) WHERE readStatus IS NOT NULL',
        50,
      ],
      [
        'messages_unread_no_story_id',
        '(conversationId, readStatus, isStory, received_at, sent_at) WHERE readStatus IS NOT NULL',
        76,
      ],
      ['messages_view_once', '(isErased) WHERE isViewOnce = 1', 17],
      ['messages_sourceUuid', '(sourceUuid)', 20, 88],
      ['messages_sourceServiceId', '(sourceServiceId)', 88],
      ['messages_searchOrder', '(received_at, sent_at)', 25],
      [
        'messages_unexpectedly_missing_expiration_start_timestamp',
        '(expireTimer, expirationStartTimestamp, type) WHERE expireTimer IS NOT NULL AND expirationStartTimestamp IS NULL',
        34,
      ],
      [
        'expiring_message_by_conversation_and_received_at',
        '(expirationStartTimestamp, expireTimer, conversationId, received_at)',
        35,
        60,
      ],
      [
        'expiring_message_by_conversation_and_received_at',
        "(conversationId, storyId, expirationStartTimestamp, expireTimer, received_at) WHERE isStory IS 0 AND type IS 'incoming'",
        60,
      ],
      [
        'messages_preview',
        '(conversationId, shouldAffectPreview, isGroupLeaveEventFromOther, expiresAt, received_at, sent_at)',
        47,
        81,
      ],
      ['messages_preview', '(conversationId, shouldAffectPreview, isGroupLeaveEventFromOther, received_at, sent_at)', 81],
      [
        'messages_preview_without_story',
        '(conversationId, shouldAffectPreview, isGroupLeaveEventFromOther, received_at, sent_at) WHERE storyId IS NULL',
        81,
      ],
      [
        'messages_activity',
        '(conversationId, shouldAffectActivity, isTimerChangeFromSync, isGroupLeaveEventFromOther, received_at, sent_at)',
        47,
      ],
      ['message_user_initiated', '(isUserInitiatedMessage)', 47, 48],
      ['message_user_initiated', '(conversationId, isUserInitiatedMessage)', 48],
      ['messages_by_storyId', '(storyId)', 52],
      ['messages_by_distribution_list', '(storyDistributionListId, received_at) WHERE storyDistributionListId IS NOT NULL', 52],
      [
        'messages_unseen_no_story',
        '(conversationId, seenStatus, isStory, received_at, sent_at) WHERE seenStatus IS NOT NULL',
        56,
      ],
      [
        'messages_unseen_with_story',
        '(conversationId, seenStatus, isStory, storyId, received_at, sent_at) WHERE seenStatus IS NOT NULL',
        56,
      ],
      ['messages_story_replies', '(storyId, received_at, sent_at) WHERE isStory IS 0', 70],
      ['messages_call', '(conversationId, type, callId)', 72, 1090],
      ['messages_call', "(type, conversationId, callId, sent_at) WHERE type IS 'call-history'", 1090],
      [
        'messages_unread_mentions',
        '(conversationId, readStatus, mentionsMe, isStory, storyId, received_at, sent_at) WHERE readStatus IS NOT NULL',
        83,
      ],
      [
        'messages_unread_mentions_no_story_id',
        '(conversationId, readStatus, mentionsMe, isStory, received_at, sent_at) WHERE isStory IS 0 AND readStatus IS NOT NULL',
        83,
      ],
      ['messages_callHistory_readStatus', "(type, readStatus) WHERE type IS 'call-history'", 89, 1000],
      ['messages_callHistory_seenStatus', "(type, seenStatus) WHERE type IS 'call-history'", 1000],
      ['messages_by_date_addressable', '(conversationId, isAddressableMessage, received_at, sent_at)', 1060],
      [
        'messages_by_date_addressable_nondisappearing',
        '(conversationId, isAddressableMessage, received_at, sent_at) WHERE expireTimer IS NULL',
        1080,
      ],
      [
        'messages_callHistory_markReadByConversationBefore',
        "(type, conversationId, seenStatus, sent_at DESC) WHERE type IS 'call-history'",
        1100,
      ],
      ['messages_callHistory_markReadBefore', "(type, seenStatus, received_at DESC) WHERE type IS 'call-history'", 1100],
      ['messages_isStory', '(received_at, sent_at) WHERE isStory = 1', 1130],
      ['messages_unread_poll_votes', "(conversationId, received_at) WHERE hasUnreadPollVotes = 1 AND type IS 'outgoing'", 1520],
      [
        'messages_conversationId_expirationStartTimestamp',
        '(conversationId, expirationStartTimestamp) WHERE hasExpireTimer IS 1',
        1530,
      ],
      [
        'messages_hasPreviews',
        `(conversationId, received_at DESC, sent_at DESC)
        WHERE hasPreviews IS 1 AND isViewOnce IS NOT 1 AND type IN ('incoming', 'outgoing')`,
        1550,
      ],
      [
        'messages_hasContacts',
        `(conversationId, received_at DESC, sent_at DESC)
        WHERE hasContacts IS 1 AND isViewOnce IS NOT 1 AND type IN ('incoming', 'outgoing')`,
        1570,
      ],
    ],
  },
  conversations: {
    since: 4,
    columns: [
      ['id STRING PRIMARY KEY ASC', 4],
      ['json TEXT', 4],
      ['active_at INTEGER', 4],
      ['type STRING', 4],
      ['members TEXT', 4],
      ['name TEXT', 4],
      ['profileName TEXT', 4],
      ['profileFamilyName TEXT', 19],
      ['profileFullName TEXT', 19],
      ['e164 TEXT', 20],
      ['uuid TEXT', 20, 88],
      ['serviceId TEXT', 88],
      ['groupId TEXT', 20],
      ['profileLastFetchedAt INTEGER', 24],
      ['expireTimerVersion INTEGER NOT NULL DEFAULT 1', 1150],
    ],
    indexes: [
      ['conversations_active', '(active_at) WHERE active_at IS NOT NULL', 4],
      ['conversations_type', '(type) WHERE type IS NOT NULL', 4],
      ['conversations_e164', '(e164)', 20],
      ['conversations_uuid', '(uuid)', 20, 88],
      ['conversations_serviceId', '(serviceId)', 88],
      ['conversations_groupId', '(groupId)', 20],
    ],
  },
  items: {
    since: 6,
    columns: [
      ['id STRING PRIMARY KEY ASC', 6],
      ['json TEXT', 6],
    ],
  },
  identityKeys: {
    since: 6,
    columns: [
      ['id STRING PRIMARY KEY ASC', 6],
      ['json TEXT', 6],
    ],
  },
  preKeys: {
    since: 6,
    columns: [
      ['id INTEGER PRIMARY KEY ASC', 6, 41],
      ['id STRING PRIMARY KEY ASC', 41],
      ['json TEXT', 6],
      ["ourUuid NUMBER GENERATED ALWAYS AS (json_extract(json, '$.ourUuid'))", 64, 88],
      ["ourServiceId NUMBER GENERATED ALWAYS AS (json_extract(json, '$.ourServiceId'))", 88],
    ],
  },
  sessions: {
    since: 7,
    columns: [
      ['id TEXT PRIMARY KEY', 7, 1220],
      ['number TEXT', 7, 20],
      ['conversationId TEXT', 20, 1220],
      ['json TEXT', 7, 1220],
      ['ourUuid STRING', 41, 88],
      ['uuid STRING', 41, 88],
      ['ourServiceId STRING', 88, 1220],
      ['serviceId STRING', 88, 1220],
      ['id TEXT NOT NULL PRIMARY KEY', 1220],
      ['ourServiceId TEXT NOT NULL', 1220],
      ['serviceId TEXT NOT NULL', 1220],
      ['conversationId TEXT NOT NULL', 1220],
      ['deviceId INTEGER NOT NULL', 1220],
      ['record BLOB NOT NULL', 1220],
    ],
    strict: 1220,
  },
  reactions: {
    since: 29,
    columns: [
      ['conversationId STRING', 29],
      ['emoji STRING', 29],
      ['fromId STRING', 29],
      ['messageReceivedAt INTEGER', 29],
      ['targetAuthorUuid STRING', 29, 88],
      ['targetAuthorAci STRING', 88],
      ['targetTimestamp INTEGER', 29],
      ['unread INTEGER', 29],
      ['messageId STRING', 37],
      ['timestamp NUMBER', 980],
    ],
    indexes: [
      ['reactions_unread', '(unread, conversationId)', 29, 1120],
      ['reactions_unread', '(conversationId, unread)', 1120],
      ['reaction_identifier', '(emoji, targetAuthorUuid, targetTimestamp)', 29, 88],
      ['reaction_identifier', '(emoji, targetAuthorAci, targetTimestamp)', 88],
      ['reactions_messageId', '(messageId)', 42],
      ['reactions_byTimestamp', '(fromId, timestamp)', 980],
    ],
  },
  edited_messages: {
    since: 80,
    columns: [
      ['fromId STRING', 80, 82],
      ['messageId STRING REFERENCES messages(id) ON DELETE CASCADE', 80],
      ['sentAt INTEGER', 80],
      ['readStatus INTEGER', 80],
      ['conversationId STRING', 82],
    ],
    indexes: [
      ['edited_messages_sent_at', '(sentAt)', 80],
      ['edited_messages_messageId', '(messageId)', 82],
      ['edited_messages_unread', '(readStatus, conversationId)', 82],
    ],
  },
  mentions: {
    since: 84,
    columns: [
      ['messageId REFERENCES messages(id) ON DELETE CASCADE', 84],
      ['mentionUuid STRING', 84, 88],
      ['mentionAci STRING', 88],
      ['start INTEGER', 84],
      ['length INTEGER', 84],
    ],
    indexes: [
      ['mentions_uuid', '(mentionUuid)', 84, 88],
      ['mentions_aci', '(mentionAci)', 88],
      ['mentions_messageId', '(messageId)', 1120],
    ],
  },
  callsHistory: {
    since: 89,
    columns: [
      ['callId TEXT PRIMARY KEY', 89],
      ['peerId TEXT NOT NULL', 89],
      ['ringerId TEXT DEFAULT NULL', 89],
      ['mode TEXT NOT NULL', 89],
      ['type TEXT NOT NULL', 89],
      ['direction TEXT NOT NULL', 89],
      ['status TEXT NOT NULL', 89],
      ['timestamp INTEGER NOT NULL', 89],
      ['startedById TEXT DEFAULT NULL', 1210],
      ['endedTimestamp INTEGER DEFAULT NULL', 1210],
      ['UNIQUE (callId, peerId) ON CONFLICT FAIL', 89],
    ],
    indexes: [
      ['callsHistory_order', '(timestamp DESC)', 89, 1160],
      ['callsHistory_order', '(timestamp DESC, callId, peerId)', 1160],
      ['callsHistory_byConversation', '(peerId)', 89, 1160],
      ['callsHistory_byConversation_order', '(peerId, timestamp DESC, callId)', 1160],
      ['callsHistory_callAndGroupInfo_optimize', '(direction, peerId, timestamp DESC, status)', 89],
      ['callsHistory_incoming_missed', "(callId, status, direction) WHERE status IS 'Missed' AND direction IS 'Incoming'", 1170],
    ],
  },
  callLinks: {
    since: 1010,
    strict: 1010,
    columns: [
      ['roomId TEXT NOT NULL PRIMARY KEY', 1010],
      ['rootKey BLOB NOT NULL', 1010],
      ['adminKey BLOB', 1010],
      ['name TEXT NOT NULL', 1010],
      ['restrictions INTEGER NOT NULL', 1010],
      ['revoked INTEGER NOT NULL', 1010],
      ['expiration INTEGER', 1010],
      ['deleted INTEGER NOT NULL DEFAULT 0', 1140],
      ['storageID TEXT', 1190],
      ['storageVersion INTEGER', 1190],
      ['storageUnknownFields BLOB', 1190],
      ['storageNeedsSync INTEGER NOT NULL DEFAULT 0', 1190],
      ['deletedAt INTEGER', 1190],
    ],
    indexes: [
      ['callLinks_deleted', '(deleted, roomId)', 1140],
      ['callLinks_adminKey', '(adminKey)', 1230],
    ],
  },
  message_attachments: {
    since: 1360,
    strict: 1360,
    columns: [
      ['messageId TEXT NOT NULL REFERENCES messages(id) ON DELETE CASCADE', 1360],
      ['editHistoryIndex INTEGER NOT NULL', 1360],
      ['attachmentType TEXT NOT NULL', 1360],
      ['orderInMessage INTEGER NOT NULL', 1360],
      ['conversationId TEXT NOT NULL', 1360],
      ['sentAt INTEGER NOT NULL', 1360],
      ['clientUuid TEXT', 1360],
      ['size INTEGER NOT NULL', 1360],
      ['contentType TEXT NOT NULL', 1360],
      ...`path plaintextHash localKey caption fileName blurHash`.split(' ').map(name => [`${name} TEXT`, 1360]),
      ['height INTEGER', 1360],
      ['width INTEGER', 1360],
      ['digest TEXT', 1360],
      ['key TEXT', 1360],
      ['iv TEXT', 1360, 1590], // about
      ['downloadPath TEXT', 1360],
      ['version INTEGER', 1360],
      ['incrementalMac TEXT', 1360],
      ['incrementalMacChunkSize INTEGER', 1360],
      ['transitCdnKey TEXT', 1360],
      ['transitCdnNumber INTEGER', 1360],
      ['transitCdnUploadTimestamp INTEGER', 1360],
      ['backupMediaName TEXT', 1360, 1590], // about
      ['backupCdnNumber INTEGER', 1360],
      ['isReencryptableToSameDigest INTEGER', 1360, 1590], // about
      ['reencryptionIv TEXT', 1360, 1590], // about
      ['reencryptionKey TEXT', 1360, 1590], // about
      ['reencryptionDigest TEXT', 1360, 1590], // about
      ...['thumbnail', 'screenshot', 'backupThumbnail'].flatMap(name => [
        [`${name}Path TEXT`, 1360],
        [`${name}Size INTEGER`, 1360],
        [`${name}ContentType TEXT`, 1360],
        [`${name}LocalKey TEXT`, 1360],
        [`${name}Version INTEGER`, 1360],
      ]),
      ['storyTextAttachmentJson TEXT', 1360],
      ['localBackupPath TEXT', 1360],
      ...'flags error wasTooBig isCorrupted copiedFromQuotedAttachment pending backfillError'
        .split(' ')
        .map(name => [`${name} INTEGER`, 1360]),
      ['messageType TEXT', 1450],
      ['receivedAt INTEGER', 1450],
      ['receivedAtMs INTEGER', 1450],
      ['isViewOnce INTEGER', 1450],
      ['duration REAL', 1460],
      ['audioWaveform BLOB', 1820],
      ['PRIMARY KEY (messageId, editHistoryIndex, attachmentType, orderInMessage)', 1360],
    ],
    indexes: [
      ['message_attachments_messageId', '(messageId)', 1360, 1370],
      ...['path', 'plaintextHash', 'thumbnailPath', 'screenshotPath', 'backupThumbnailPath'].map(name => [
        `message_attachments_${name}`,
        `(${name})`,
        1390,
      ]),
      [
        'message_attachments_getOlderMedia',
        `(conversationId, attachmentType, receivedAt DESC, sentAt DESC)
        WHERE editHistoryIndex IS -1 AND messageType IN ('incoming', 'outgoing') AND isViewOnce IS NOT 1`,
        1450,
      ],
      [
        'message_attachments_sortBiggerMedia',
        `(conversationId, attachmentType, size DESC, receivedAt DESC, sentAt DESC)
        WHERE editHistoryIndex IS -1 AND messageType IN ('incoming', 'outgoing') AND isViewOnce IS NOT 1`,
        1550,
      ],
    ],
  },
  pinnedMessages: {
    since: 1560,
    strict: 1560,
    columns: [
      ['id INTEGER PRIMARY KEY AUTOINCREMENT', 1560],
      ['conversationId TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE', 1560],
      ['messageId TEXT NOT NULL REFERENCES messages(id) ON DELETE CASCADE', 1560],
      ['messageSentAt INTEGER NOT NULL', 1560, 1570], // about
      ['messageSenderAci TEXT NOT NULL', 1560, 1570], // about
      ['pinnedByAci TEXT NOT NULL', 1560, 1570], // about
      ['pinnedAt INTEGER NOT NULL', 1560],
      ['expiresAt INTEGER', 1560],
      ['UNIQUE (conversationId, messageId)', 1560],
    ],
    indexes: [
      ['pinnedMessages_byConversation', '(conversationId, pinnedAt DESC, messageId)', 1560],
      ['pinnedMessages_byExpiresAt', '(expiresAt ASC) WHERE expiresAt IS NOT NULL', 1560],
    ],
  },
  chatFolders: {
    since: 1440,
    strict: 1440,
    columns: [
      ['id TEXT NOT NULL PRIMARY KEY', 1440],
      ['folderType INTEGER NOT NULL', 1440],
      ['name TEXT NOT NULL', 1440],
      ...'position showOnlyUnread showMutedChats includeAllIndividualChats includeAllGroupChats'
        .split(' ')
        .map(name => [`${name} INTEGER NOT NULL`, 1440]),
      ['includedConversationIds TEXT NOT NULL', 1440],
      ['excludedConversationIds TEXT NOT NULL', 1440],
      ['deletedAtTimestampMs INTEGER NOT NULL', 1440],
      ['storageID TEXT', 1440],
      ['storageVersion INTEGER', 1440],
      ['storageUnknownFields BLOB', 1440],
      ['storageNeedsSync INTEGER NOT NULL', 1440],
    ],
    indexes: [['chatFolders_by_position', '(position)', 1440]],
  },
  sticker_packs: {
    since: 12,
    columns: [
      ['id TEXT PRIMARY KEY', 12],
      ['key TEXT NOT NULL', 12],
      ['author STRING', 12],
      ['coverStickerId INTEGER', 12],
      ['createdAt INTEGER', 12],
      ['downloadAttempts INTEGER', 12],
      ['installedAt INTEGER', 12],
      ['lastUsed INTEGER', 12],
      ['status STRING', 12],
      ['stickerCount INTEGER', 12],
      ['title STRING', 12],
      ['attemptedStatus STRING', 13],
      ['position INTEGER DEFAULT 0 NOT NULL', 65],
      ['storageID STRING', 65],
      ['storageVersion INTEGER', 65],
      ['storageUnknownFields BLOB', 65],
      ['storageNeedsSync INTEGER DEFAULT 0 NOT NULL', 65],
    ],
    indexes: [['sticker_packs_by_position_and_id', '(position ASC, id ASC)', 65]],
  },
  stickers: {
    since: 12,
    columns: [
      ['id INTEGER NOT NULL', 12],
      ['packId TEXT NOT NULL', 12],
      ['emoji STRING', 12],
      ['height INTEGER', 12],
      ['isCoverOnly INTEGER', 12],
      ['lastUsed INTEGER', 12],
      ['path STRING', 12],
      ['width INTEGER', 12],
      ['version INTEGER NOT NULL DEFAULT 1', 1110],
      ['localKey TEXT', 1110],
      ['size INTEGER', 1110],
      ['PRIMARY KEY (id, packId)', 12],
      ['CONSTRAINT stickers_fk FOREIGN KEY (packId) REFERENCES sticker_packs(id) ON DELETE CASCADE', 12],
    ],
    indexes: [['stickers_recents', '(lastUsed) WHERE lastUsed IS NOT NULL', 12]],
  },
  sticker_references: {
    since: 12,
    columns: [
      ['messageId STRING', 12],
      ['packId TEXT', 12],
      ['stickerId INTEGER NOT NULL DEFAULT -1', 1300],
      ['isUnresolved INTEGER NOT NULL DEFAULT 0', 1300],
      ['CONSTRAINT sticker_references_fk FOREIGN KEY (packId) REFERENCES sticker_packs(id) ON DELETE CASCADE', 12],
    ],
    indexes: [['unresolved_sticker_refs', '(packId, stickerId) WHERE isUnresolved IS 1', 1300]],
  },
  attachment_downloads: {
    since: 9,
    until: 1040,
    columns: [
      ['id STRING primary key', 9],
      ['timestamp INTEGER', 9],
      ['pending INTEGER', 9],
      ['json TEXT', 9],
    ],
    indexes: [
      ['attachment_downloads_timestamp', '(timestamp) WHERE pending = 0', 9],
      ['attachment_downloads_pending', '(pending) WHERE pending != 0', 9],
    ],
  },
  jobs: {
    since: 28,
    columns: [
      ['id TEXT PRIMARY KEY', 28],
      ['queueType TEXT STRING NOT NULL', 28],
      ['timestamp INTEGER NOT NULL', 28],
      ['data STRING TEXT', 28],
    ],
    indexes: [['jobs_timestamp', '(timestamp)', 28]],
  },
  storyReads: {
    since: 45,
    columns: [
      ['authorId STRING NOT NULL', 45],
      ['conversationId STRING NOT NULL', 45],
      ['storyId STRING NOT NULL', 45],
      ['storyReadDate NUMBER NOT NULL', 45],
      ['PRIMARY KEY (authorId, storyId)', 45],
    ],
    indexes: [
      ['storyReads_data', '(storyReadDate, authorId, conversationId)', 45],
      ['storyReads_storyId', '(storyId)', 1120],
    ],
  },
  storyDistributions: {
    since: 45,
    columns: [
      ['id STRING PRIMARY KEY NOT NULL', 45],
      ['name TEXT', 45],
      ['avatarUrlPath TEXT', 45, 61],
      ['avatarKey BLOB', 45, 61],
      ['senderKeyInfoJson STRING', 45],
      ['deletedAtTimestamp INTEGER', 61],
      ['allowsReplies INTEGER', 61],
      ['isBlockList INTEGER', 61],
      ['storageID STRING', 61],
      ['storageVersion INTEGER', 61],
      ['storageUnknownFields BLOB', 61],
      ['storageNeedsSync INTEGER', 61],
    ],
  },
  storyDistributionMembers: {
    since: 45,
    columns: [
      ['listId STRING NOT NULL REFERENCES storyDistributions(id) ON DELETE CASCADE ON UPDATE CASCADE', 45],
      ['uuid STRING NOT NULL', 45, 88],
      ['serviceId STRING NOT NULL', 88],
      ['PRIMARY KEY (listId, uuid)', 45, 88],
      ['PRIMARY KEY (listId, serviceId)', 88],
    ],
  },
};

const stands = (generation, since, until) => generation >= since && (until === undefined || generation < until);

/** True where the store has the table at that generation. */
export const hasTable = (name, generation) => name in tables && stands(generation, tables[name].since, tables[name].until);

/** Names of the columns that a row can be given (not the generated ones). */
export function columnsOf(name, generation) {
  return tables[name].columns
    .filter(
      ([text, since, until]) =>
        stands(generation, since, until) &&
        !/^(PRIMARY KEY|UNIQUE|CONSTRAINT) ?/.test(text) &&
        !text.includes('GENERATED ALWAYS'),
    )
    .map(([text]) => text.split(' ', 1)[0]);
}

/** CREATE statements: tables first, then indexes. */
export function statements(generation) {
  const made = [];
  const indexes = [];
  for (const [name, table] of Object.entries(tables)) {
    if (!hasTable(name, generation)) continue;
    const columns = table.columns.filter(([, since, until]) => stands(generation, since, until)).map(([text]) => `  ${text}`);
    const strict = table.strict !== undefined && generation >= table.strict ? ' STRICT' : '';
    made.push(`CREATE TABLE ${name} (\n${columns.join(',\n')}\n)${strict};`);
    for (const [index, rest, since, until] of table.indexes ?? []) {
      if (stands(generation, since, until)) indexes.push(`CREATE INDEX ${index} ON ${name} ${rest};`);
    }
  }
  return { tables: made, indexes };
}
