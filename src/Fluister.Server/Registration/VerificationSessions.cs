using Fluister.Cryptography;
using Fluister.Wire;

namespace Fluister.Server.Registration;

/// <summary>Verification sessions, in memory: they last minutes, and a client begins anew where one is gone.</summary>
/// <remarks>There are at most <see cref="ServerLimits.VerificationSessions"/>, and few from one place, so that who begins many pushes out
/// its own first.</remarks>
internal sealed class VerificationSessions(ServerTag tag, TimeProvider time, RandomSource random)
{
    private readonly Dictionary<string, VerificationSession> _sessions = [];
    private readonly Queue<VerificationSession> _order = [];
    private readonly Dictionary<ulong, Queue<VerificationSession>> _origins = [];
    private readonly Lock _lock = new();

    /// <summary>Begins one.</summary>
    public VerificationSession Begin(string number, ulong origin)
    {
        var session = new VerificationSession(tag.Mint(random).ToString(), number, origin, time.GetUtcNow());
        lock (_lock)
        {
            while (_order.TryPeek(out var oldest) && (_order.Count >= ServerLimits.VerificationSessions || HasEnded(oldest)))
            {
                _order.Dequeue();
                End(oldest);
            }

            if (!_origins.TryGetValue(origin, out var own))
            {
                _origins[origin] = own = [];
            }

            if (own.Count >= ServerLimits.VerificationSessionsOfOrigin)
            {
                _sessions.Remove(own.Dequeue().Id);
            }

            _sessions[session.Id] = session;
            _order.Enqueue(session);
            own.Enqueue(session);
        }

        return session;
    }

    /// <summary>A session, or none.</summary>
    public VerificationSession? Find(string id)
    {
        lock (_lock)
        {
            return _sessions.TryGetValue(id, out var session) && !HasEnded(session) ? session : null;
        }
    }

    private bool HasEnded(VerificationSession session) => time.GetUtcNow() - session.Created > ServerLimits.VerificationSessionAge;

    private void End(VerificationSession session)
    {
        _sessions.Remove(session.Id);
        if (_origins.TryGetValue(session.Origin, out var own) && own.TryPeek(out var first) && first == session)
        {
            own.Dequeue();
            if (own.Count == 0)
            {
                _origins.Remove(session.Origin);
            }
        }
    }
}
