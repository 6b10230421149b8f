using System.Runtime.InteropServices;
using Fluister.Server.Mailboxes;
using Fluister.Server.Messages;
using Fluister.Server.Operations;
using Fluister.Server.Requests;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire.Protos.Federation;
using Kind = Fluister.Wire.Protos.Federation.Outcome.Types.Kind;

namespace Fluister.Server.Federation;

internal sealed partial class Inbox
{
    // One transaction of a peer's. It may be run twice: what is kept from the first time is only which items the limits have counted.
    private sealed class Taking(
        Inbox inbox, Peer peer, long settled, IncomingItem[] items, long changes, TakingLimits waits, int first,
        TaskCompletionSource<TransactionResponse> done) : DatabaseWork
    {
        private readonly Dictionary<Guid, long> _marks = [];
        private readonly Dictionary<ReadOnlyMemory<byte>, long> _payloads = [];
        private readonly List<IncomingItem> _delivered = [];
        private readonly List<MailboxKey> _unlinked = [];
        private TransactionResponse? _response;
        private bool _isLost;

        public override int Bytes { get; } = (int)Math.Min(items.Sum(item => item.Bytes), int.MaxValue);

        private long Tag => (long)peer.Tag.Value;

        public override void Run(SqliteSession session)
        {
            Begin();
            if (session.Statement("SELECT highest FROM peer WHERE tag = ?1").Bind(1, Tag).Run() is not { } highest)
            {
                _response = null;
                return;
            }

            if (settled > highest)
            {
                _isLost = true;
                _response!.Remembered = (ulong)highest;
                highest = settled;
                session.Statement("UPDATE peer SET lost = lost + 1 WHERE tag = ?1").Bind(1, Tag).Run();
            }

            for (var i = 0; i < items.Length; i++)
            {
                if (items[i].Number > 0 && !TryTake(session, i))
                {
                    continue;
                }

                highest = Math.Max(highest, items[i].Number);
            }

            session.Statement("UPDATE peer SET highest = ?2 WHERE tag = ?1").Bind(1, Tag).Bind(2, highest).Run();
            WriteMarks(session);
            _response!.Highest = (ulong)highest;
        }

        public override void Complete()
        {
            if (_response is null)
            {
                done.TrySetException(new RefusedException(403));
                return;
            }

            Telemetry.Count("taken", peer.Tag, items.Count(item => item.Number > 0), _response.Outcomes);
            try
            {
                Hand();
                if (_isLost)
                {
                    inbox.Lost?.Invoke(peer);
                }
            }
            finally
            {
                done.TrySetResult(_response);
            }
        }

        public override void Fail(Exception failure) => done.TrySetException(failure);

        private void Begin()
        {
            _response = new TransactionResponse();
            _isLost = false;
            _marks.Clear();
            _payloads.Clear();
            _delivered.Clear();
            _unlinked.Clear();
        }

        // False where it is to be sent again.
        private bool TryTake(SqliteSession session, int place)
        {
            var item = items[place];
            if (item.IsMarked && item.Number <= Mark(session, item.Account))
            {
                return true;
            }

            if (waits.Wait(first + place, item) is { } wait && wait > TimeSpan.Zero)
            {
                _response!.Outcomes.Add(new Outcome
                {
                    Number = item.Item.Number,
                    Kind = Kind.Limited,
                    RetryAfterSeconds = (uint)Math.Clamp(Math.Ceiling(wait.TotalSeconds), 1, ServerLimits.LateRetry.TotalSeconds),
                });
                return false;
            }

            var outcome = Apply(session, item);
            if (outcome.Kind != Kind.Done)
            {
                outcome.Number = item.Item.Number;
                _response!.Outcomes.Add(outcome);
            }

            if (item.IsMarked)
            {
                _marks[item.Account] = item.Number;
            }

            return true;
        }

        private long Mark(SqliteSession session, Guid account)
        {
            if (!_marks.TryGetValue(account, out var mark))
            {
                _marks[account] = mark = session.Statement("SELECT number FROM inbox_mark WHERE peer = ?1 AND account = ?2")
                    .Bind(1, Tag).Bind(2, Bytes16(account, stackalloc byte[16])).Run() ?? 0;
            }

            return mark;
        }

        private static ReadOnlySpan<byte> Bytes16(Guid id, Span<byte> bytes)
        {
            id.TryWriteBytes(bytes, bigEndian: true, out _);
            return bytes;
        }

        private void WriteMarks(SqliteSession session)
        {
            var statement = session.Statement(
                """
                INSERT INTO inbox_mark (peer, account, number) VALUES (?1, ?2, ?3)
                ON CONFLICT (peer, account) DO UPDATE SET number = excluded.number WHERE number < excluded.number
                """).Bind(1, Tag);
            Span<byte> bytes = stackalloc byte[16];
            foreach (var (account, number) in _marks)
            {
                if (number > 0)
                {
                    statement.Bind(2, Bytes16(account, bytes)).Bind(3, number).Run();
                }
            }
        }

        private Outcome Apply(SqliteSession session, IncomingItem item)
        {
            switch (item.Item.ItemCase)
            {
                case Item.ItemOneofCase.Message or Item.ItemOneofCase.Receipt when item.Fate is Kind.Done or Kind.Mismatched:
                    return Deliver(session, item);
                case Item.ItemOneofCase.Devices when item.Fate == Kind.Done:
                    inbox.Accounts.Apply(session, peer.Tag, item.Item.Devices);
                    break;
                case Item.ItemOneofCase.Deleted when item.Fate == Kind.Done:
                    RemoteAccounts.Delete(session, peer.Tag, item.Account);
                    SpamReports.DeleteAbout(session, item.Account);
                    break;
                case Item.ItemOneofCase.Report when item.Fate == Kind.Done:
                    inbox.Note(session, peer.Tag, item);
                    break;
                default:
                    break;
            }

            return new Outcome { Kind = item.Fate };
        }

        private Outcome Deliver(SqliteSession session, IncomingItem item)
        {
            // What has changed since the look may be within this very commit: a device that is gone, or is another by now.
            var taken = inbox.IsAsOf(changes) ? item : inbox.LookAgain(session, item);
            if (!TryAppend(session, taken))
            {
                taken = inbox.LookAgain(session, item);
                if (!TryAppend(session, taken))
                {
                    throw new InvalidOperationException("A device is there, and has no mailbox.");
                }
            }

            _delivered.Add(taken);
            if (taken.Fate != Kind.Mismatched)
            {
                return new Outcome { Kind = taken.Fate };
            }

            // Who believes something else is not following, or the change is under way.
            Followers.Follow(session, peer.Tag, item.Account);
            return new Outcome { Kind = Kind.Mismatched, Devices = inbox.Followers.Describe(session, item.Account) };
        }

        private bool TryAppend(SqliteSession session, IncomingItem item)
        {
            var none = 0L;
            return inbox.TryAppend(
                session, item, ref item.Shared.IsEmpty ? ref none : ref Payload(item.Shared), _unlinked);
        }

        // Where it is kept, once it is: 0 before.
        private ref long Payload(ReadOnlyMemory<byte> shared) =>
            ref CollectionsMarshal.GetValueRefOrAddDefault(_payloads, shared, out _);

        private void Hand()
        {
            inbox._mailboxes.Announce([], default, _unlinked);
            foreach (var item in _delivered)
            {
                inbox._mailboxes.Announce(item.Letters, item.Shared, []);
            }

            foreach (var item in items)
            {
                if (item is { Number: 0, Letters.Count: > 0 } && inbox.Wait(peer, item) is null)
                {
                    inbox._mailboxes.Offer(item.Letters, item.Shared);
                }
            }
        }
    }
}
