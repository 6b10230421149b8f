namespace Fluister.Cli.Rpc;

/// <summary>What one program is told without asking: of which accounts, and under which numbers.</summary>
internal sealed class RpcSubscriptions(RpcOutput output)
{
    private readonly Lock _gate = new();
    private readonly List<(long Number, HeldAccount Account)> _all = [];
    private long _next;
    private bool _isOver;

    /// <summary>Has the program told of what an account receives from now on.</summary>
    /// <param name="account">The account.</param>
    /// <param name="isNumbered">Asked for by subscribeReceive: what comes is wrapped with the subscription's number.</param>
    public long Add(HeldAccount account, bool isNumbered)
    {
        lock (_gate)
        {
            if (_isOver || _all.Count(one => one.Number >= 0) >= RpcLimits.Subscriptions)
            {
                throw new RpcException(
                    RpcException.LimitReached, $"A connection has at most {RpcLimits.Subscriptions} subscriptions. End one first.");
            }

            var number = isNumbered ? _next++ : -1;
            _all.Add((number, account));
            account.Add(this);
            return number;
        }
    }

    /// <summary>Ends one; false where there is none of that number.</summary>
    public bool Remove(long number)
    {
        lock (_gate)
        {
            var at = number < 0 ? -1 : _all.FindIndex(one => one.Number == number);
            if (at < 0)
            {
                return false;
            }

            var account = _all[at].Account;
            _all.RemoveAt(at);
            if (!_all.Exists(one => one.Account == account))
            {
                account.Remove(this);
            }

            return true;
        }
    }

    /// <summary>Tells the program of an event of an account, once for every subscription; never waits.</summary>
    public void Tell(HeldAccount account, RpcNotification notification)
    {
        lock (_gate)
        {
            foreach (var (number, of) in _all)
            {
                if (of == account)
                {
                    output.Add(number < 0 ? notification.Plain : notification.Numbered(number));
                }
            }
        }
    }

    /// <summary>Ends all of them.</summary>
    public void End()
    {
        lock (_gate)
        {
            _isOver = true;
            foreach (var (_, account) in _all)
            {
                account.Remove(this);
            }

            _all.Clear();
        }
    }
}
