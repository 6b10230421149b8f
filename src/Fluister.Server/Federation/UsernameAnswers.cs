using System.Buffers.Text;

namespace Fluister.Server.Federation;

/// <summary>Whose peers say that usernames are, for a while: at most <see cref="ServerLimits.UsernameAnswers"/>; the oldest goes.</summary>
internal sealed class UsernameAnswers(TimeProvider time)
{
    private readonly Dictionary<string, (Guid? Aci, DateTimeOffset Until)> _answers = [];
    private readonly Queue<string> _order = new();
    private readonly Lock _lock = new();

    /// <summary>How many are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _answers.Count;
            }
        }
    }

    /// <summary>Whether there is an answer; none as the account is one too.</summary>
    public bool TryFind(byte[] hash, out Guid? aci)
    {
        lock (_lock)
        {
            var isKnown = _answers.TryGetValue(Base64Url.EncodeToString(hash), out var answer) && answer.Until > time.GetUtcNow();
            aci = isKnown ? answer.Aci : null;
            return isKnown;
        }
    }

    /// <summary>Keeps an answer.</summary>
    public void Add(byte[] hash, Guid? aci)
    {
        var key = Base64Url.EncodeToString(hash);
        var until = time.GetUtcNow() + (aci is null ? ServerLimits.UsernameNobodyAge : ServerLimits.UsernameAnswerAge);
        lock (_lock)
        {
            if (!_answers.ContainsKey(key))
            {
                _order.Enqueue(key);
            }

            _answers[key] = (aci, until);
            while (_order.Count > ServerLimits.UsernameAnswers)
            {
                _answers.Remove(_order.Dequeue());
            }
        }
    }
}
