namespace Fluister.Client.Store;

internal static partial class StoreSchema
{
    /// <summary>Tables of Signal Desktop's that its readers ask for: names, types and generated columns are those of its generation
    /// <see cref="Generation"/>. Indices are ours, and fewer: what this program asks, and what the archive asks.</summary>
    /// <remarks>A column of type STRING has numeric affinity, there as here: no id of ours looks like a number.</remarks>
    private const string Conversations =
        """
        CREATE TABLE conversations (
          id STRING PRIMARY KEY ASC, json TEXT, active_at INTEGER, type STRING, members TEXT, name TEXT, profileName TEXT,
          profileFamilyName TEXT, profileFullName TEXT, e164 TEXT, serviceId TEXT, groupId TEXT, profileLastFetchedAt INTEGER,
          expireTimerVersion INTEGER NOT NULL DEFAULT 1);
        CREATE INDEX conversations_serviceId ON conversations (serviceId);
        CREATE INDEX conversations_groupId ON conversations (groupId);

        CREATE TABLE items (id STRING PRIMARY KEY ASC, json TEXT);

        CREATE TABLE messages (
          rowid INTEGER PRIMARY KEY ASC, id STRING UNIQUE, json TEXT, readStatus INTEGER, expires_at INTEGER, sent_at INTEGER,
          schemaVersion INTEGER, conversationId STRING, received_at INTEGER, hasAttachments INTEGER, hasFileAttachments INTEGER,
          hasVisualMediaAttachments INTEGER, expireTimer INTEGER, expirationStartTimestamp INTEGER, type STRING, body TEXT,
          messageTimer INTEGER, messageTimerStart INTEGER, messageTimerExpiresAt INTEGER, isErased INTEGER, isViewOnce INTEGER,
          sourceServiceId TEXT, serverGuid STRING NULL, sourceDevice INTEGER, storyId STRING,
          isStory INTEGER GENERATED ALWAYS AS (type IS 'story'),
          isChangeCreatedByUs INTEGER NOT NULL DEFAULT 0,
          isTimerChangeFromSync INTEGER GENERATED ALWAYS AS (json_extract(json, '$.expirationTimerUpdate.fromSync') IS 1),
          seenStatus NUMBER DEFAULT 0, storyDistributionListId STRING,
          expiresAt INT GENERATED ALWAYS AS (ifnull(expirationStartTimestamp + (expireTimer * 1000), 9007199254740991)),
          shouldAffectActivity INTEGER GENERATED ALWAYS AS (type IS NULL OR type NOT IN ('change-number-notification',
            'contact-removed-notification', 'conversation-merge', 'group-v1-migration', 'keychange', 'message-history-unsynced',
            'profile-change', 'story', 'universal-timer-notification', 'verified-change')
            AND NOT (type IS 'message-request-response-event'
              AND json_extract(json, '$.messageRequestResponseEvent') IN ('ACCEPT', 'BLOCK', 'UNBLOCK'))),
          shouldAffectPreview INTEGER GENERATED ALWAYS AS (type IS NULL OR type NOT IN ('change-number-notification',
            'contact-removed-notification', 'conversation-merge', 'group-v1-migration', 'message-history-unsynced',
            'profile-change', 'story', 'universal-timer-notification', 'verified-change')
            AND NOT (type IS 'message-request-response-event'
              AND json_extract(json, '$.messageRequestResponseEvent') IN ('ACCEPT', 'BLOCK', 'UNBLOCK'))),
          isUserInitiatedMessage INTEGER GENERATED ALWAYS AS (type IS NULL OR type NOT IN ('change-number-notification',
            'contact-removed-notification', 'conversation-merge', 'group-v1-migration', 'group-v2-change', 'keychange',
            'message-history-unsynced', 'profile-change', 'story', 'universal-timer-notification', 'verified-change')),
          mentionsMe INTEGER NOT NULL DEFAULT 0,
          isGroupLeaveEvent INTEGER GENERATED ALWAYS AS (type IS 'group-v2-change'
            AND json_array_length(json_extract(json, '$.groupV2Change.details')) IS 1
            AND json_extract(json, '$.groupV2Change.details[0].type') IS 'member-remove'
            AND json_extract(json, '$.groupV2Change.from') IS NOT NULL
            AND json_extract(json, '$.groupV2Change.from') IS json_extract(json, '$.groupV2Change.details[0].aci')),
          isGroupLeaveEventFromOther INTEGER GENERATED ALWAYS AS (isGroupLeaveEvent IS 1 AND isChangeCreatedByUs IS 0),
          callId TEXT GENERATED ALWAYS AS (json_extract(json, '$.callId')),
          isAddressableMessage INTEGER GENERATED ALWAYS AS (type IS NULL OR type IN ('incoming', 'outgoing')),
          timestamp INTEGER, received_at_ms INTEGER, unidentifiedDeliveryReceived INTEGER, serverTimestamp INTEGER, source TEXT,
          isSearchable INT GENERATED ALWAYS AS (isViewOnce IS NOT 1 AND storyId IS NULL) VIRTUAL,
          searchableText TEXT GENERATED ALWAYS AS (
            CASE WHEN json -> 'poll' IS NOT NULL THEN json -> 'poll' ->> 'question' ELSE body END) VIRTUAL,
          hasUnreadPollVotes INTEGER NOT NULL DEFAULT 0,
          hasExpireTimer INTEGER NOT NULL GENERATED ALWAYS AS (COALESCE(expireTimer, 0) > 0) VIRTUAL,
          hasPreviews INTEGER NOT NULL GENERATED ALWAYS AS (IFNULL(json_array_length(json, '$.preview'), 0) > 0),
          hasContacts INTEGER NOT NULL GENERATED ALWAYS AS (IFNULL(json_array_length(json, '$.contact'), 0) > 0));
        CREATE INDEX messages_conversation ON messages (conversationId);
        CREATE INDEX messages_sent ON messages (sent_at, sourceServiceId);
        CREATE INDEX messages_unread ON messages (conversationId, sent_at) WHERE readStatus = 1;
        CREATE INDEX messages_expiring ON messages (expiresAt) WHERE expirationStartTimestamp IS NOT NULL AND expireTimer > 0;

        CREATE TABLE message_attachments (
          messageId TEXT NOT NULL REFERENCES messages(id) ON DELETE CASCADE, editHistoryIndex INTEGER NOT NULL,
          attachmentType TEXT NOT NULL, orderInMessage INTEGER NOT NULL, conversationId TEXT NOT NULL, sentAt INTEGER NOT NULL,
          clientUuid TEXT, size INTEGER NOT NULL, contentType TEXT NOT NULL, path TEXT, plaintextHash TEXT, localKey TEXT,
          caption TEXT, fileName TEXT, blurHash TEXT, height INTEGER, width INTEGER, digest TEXT, key TEXT, downloadPath TEXT,
          version INTEGER, incrementalMac TEXT, incrementalMacChunkSize INTEGER, transitCdnKey TEXT, transitCdnNumber INTEGER,
          transitCdnUploadTimestamp INTEGER, backupCdnNumber INTEGER,
          thumbnailPath TEXT, thumbnailSize INTEGER, thumbnailContentType TEXT, thumbnailLocalKey TEXT, thumbnailVersion INTEGER,
          screenshotPath TEXT, screenshotSize INTEGER, screenshotContentType TEXT, screenshotLocalKey TEXT,
          screenshotVersion INTEGER, backupThumbnailPath TEXT, backupThumbnailSize INTEGER, backupThumbnailContentType TEXT,
          backupThumbnailLocalKey TEXT, backupThumbnailVersion INTEGER, storyTextAttachmentJson TEXT, localBackupPath TEXT,
          flags INTEGER, error INTEGER, wasTooBig INTEGER, isCorrupted INTEGER, copiedFromQuotedAttachment INTEGER,
          pending INTEGER, backfillError INTEGER, messageType TEXT, receivedAt INTEGER, receivedAtMs INTEGER, isViewOnce INTEGER,
          duration REAL, audioWaveform BLOB,
          PRIMARY KEY (messageId, editHistoryIndex, attachmentType, orderInMessage)) STRICT;
        CREATE INDEX message_attachments_path ON message_attachments (path);
        CREATE INDEX message_attachments_thumbnailPath ON message_attachments (thumbnailPath) WHERE thumbnailPath IS NOT NULL;
        CREATE INDEX message_attachments_screenshotPath ON message_attachments (screenshotPath) WHERE screenshotPath IS NOT NULL;

        CREATE TABLE reactions (
          conversationId STRING, emoji STRING, fromId STRING, messageReceivedAt INTEGER, targetAuthorAci STRING,
          targetTimestamp INTEGER, unread INTEGER, messageId STRING, timestamp NUMBER);
        CREATE INDEX reactions_messageId ON reactions (messageId);

        CREATE TABLE edited_messages (
          messageId STRING REFERENCES messages(id) ON DELETE CASCADE, sentAt INTEGER, readStatus INTEGER, conversationId STRING);
        CREATE INDEX edited_messages_sent_at ON edited_messages (sentAt);
        CREATE INDEX edited_messages_messageId ON edited_messages (messageId);

        CREATE TABLE mentions (
          messageId REFERENCES messages(id) ON DELETE CASCADE, mentionAci STRING, start INTEGER, length INTEGER);
        CREATE INDEX mentions_messageId ON mentions (messageId);

        CREATE TABLE pinnedMessages (
          id INTEGER PRIMARY KEY AUTOINCREMENT, conversationId TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
          messageId TEXT NOT NULL REFERENCES messages(id) ON DELETE CASCADE, pinnedAt INTEGER NOT NULL, expiresAt INTEGER,
          UNIQUE (conversationId, messageId)) STRICT;
        CREATE INDEX pinnedMessages_messageId ON pinnedMessages (messageId);

        CREATE TABLE callsHistory (
          callId TEXT PRIMARY KEY, peerId TEXT NOT NULL, ringerId TEXT DEFAULT NULL, mode TEXT NOT NULL, type TEXT NOT NULL,
          direction TEXT NOT NULL, status TEXT NOT NULL, timestamp INTEGER NOT NULL, startedById TEXT DEFAULT NULL,
          endedTimestamp INTEGER DEFAULT NULL, UNIQUE (callId, peerId) ON CONFLICT FAIL);
        CREATE TABLE callLinks (
          roomId TEXT NOT NULL PRIMARY KEY, rootKey BLOB NOT NULL, adminKey BLOB, name TEXT NOT NULL,
          restrictions INTEGER NOT NULL, revoked INTEGER NOT NULL, expiration INTEGER, deleted INTEGER NOT NULL DEFAULT 0,
          storageID TEXT, storageVersion INTEGER, storageUnknownFields BLOB, storageNeedsSync INTEGER NOT NULL DEFAULT 0,
          deletedAt INTEGER) STRICT;
        CREATE TABLE sticker_packs (
          id TEXT PRIMARY KEY, key TEXT NOT NULL, author STRING, coverStickerId INTEGER, createdAt INTEGER, downloadAttempts INTEGER,
          installedAt INTEGER, lastUsed INTEGER, status STRING, stickerCount INTEGER, title STRING, attemptedStatus STRING,
          position INTEGER DEFAULT 0 NOT NULL, storageID STRING, storageVersion INTEGER, storageUnknownFields BLOB,
          storageNeedsSync INTEGER DEFAULT 0 NOT NULL);
        CREATE TABLE stickers (
          id INTEGER NOT NULL, packId TEXT NOT NULL, emoji STRING, height INTEGER, isCoverOnly INTEGER, lastUsed INTEGER, path STRING,
          width INTEGER, version INTEGER NOT NULL DEFAULT 1, localKey TEXT, size INTEGER, PRIMARY KEY (id, packId),
          CONSTRAINT stickers_fk FOREIGN KEY (packId) REFERENCES sticker_packs(id) ON DELETE CASCADE);
        CREATE TABLE sticker_references (
          messageId STRING, packId TEXT, stickerId INTEGER NOT NULL DEFAULT -1, isUnresolved INTEGER NOT NULL DEFAULT 0,
          CONSTRAINT sticker_references_fk FOREIGN KEY (packId) REFERENCES sticker_packs(id) ON DELETE CASCADE);

        """;
}
