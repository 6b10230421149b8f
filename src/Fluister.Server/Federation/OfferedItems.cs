using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.Server.Federation;

/// <summary>What is offered to a peer now or never, until the next transaction takes it along; a few, and no more.</summary>
internal sealed class OfferedItems
{
    private readonly Lock _lock = new();
    private readonly Queue<(Item Item, ByteString Shared)> _items = [];
    private int _bytes;

    /// <summary>Offers something; false where there is too much already.</summary>
    public bool TryAdd(OutboxItem offered, ReadOnlySpan<byte> shared)
    {
        var item = offered.Item.Clone();
        item.Number = 0;
        item.Account = ByteString.CopyFrom(offered.Account.ToByteArray(bigEndian: true));
        var size = item.CalculateSize() + shared.Length;
        lock (_lock)
        {
            if (_items.Count >= ServerLimits.OfferedItems || _bytes + size > ServerLimits.OfferedBytes)
            {
                return false;
            }

            _items.Enqueue((item, ByteString.CopyFrom(shared)));
            _bytes += size;
            return true;
        }
    }

    /// <summary>Adds all to a transaction, behind what is kept.</summary>
    public void MoveTo(Transaction transaction)
    {
        lock (_lock)
        {
            while (_items.TryDequeue(out var offered))
            {
                var (item, shared) = offered;
                if (!shared.IsEmpty && item.Message is not null)
                {
                    transaction.Payloads.Add(shared);
                    item.Message.Payload = (uint)transaction.Payloads.Count;
                }

                transaction.Items.Add(item);
            }

            _bytes = 0;
        }
    }
}
