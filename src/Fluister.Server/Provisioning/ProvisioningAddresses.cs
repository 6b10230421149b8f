using System.Buffers.Text;
using Fluister.Cryptography;

namespace Fluister.Server.Provisioning;

/// <summary>Which devices wait to be linked: each has an address, under which one message reaches it.</summary>
internal sealed class ProvisioningAddresses(RandomSource random)
{
    private const int AddressBytes = 16;

    private readonly Dictionary<string, TaskCompletionSource<byte[]>> _waiting = [];
    private readonly Dictionary<ulong, int> _origins = [];
    private readonly Lock _lock = new();

    /// <summary>A fresh address; none where too many wait, altogether or from one place.</summary>
    public string? Enter(ulong origin, out Task<byte[]> message)
    {
        var source = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        message = source.Task;
        Span<byte> bytes = stackalloc byte[AddressBytes];
        lock (_lock)
        {
            var ofOrigin = _origins.GetValueOrDefault(origin);
            if (_waiting.Count >= ServerLimits.ProvisioningSockets || ofOrigin >= ServerLimits.ProvisioningSocketsOfOrigin)
            {
                return null;
            }

            random.Fill(bytes);
            var address = Base64Url.EncodeToString(bytes);
            _waiting[address] = source;
            _origins[origin] = ofOrigin + 1;
            return address;
        }
    }

    /// <summary>Ends a wait.</summary>
    public void Leave(ulong origin, string address)
    {
        lock (_lock)
        {
            _waiting.Remove(address);
            if (--_origins[origin] == 0)
            {
                _origins.Remove(origin);
            }
        }
    }

    /// <summary>Sends a message to an address; false where nobody waits there, or had one already.</summary>
    public bool Send(string address, byte[] message)
    {
        lock (_lock)
        {
            return _waiting.TryGetValue(address, out var waiting) && waiting.TrySetResult(message);
        }
    }
}
