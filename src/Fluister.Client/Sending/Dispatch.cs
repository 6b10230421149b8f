using Fluister.Client.Transport;
using Fluister.Protocol.Addresses;

namespace Fluister.Client.Sending;

/// <summary>Brings one thing of the outbox to the home server: sessions, ciphertexts, the request, and what its answer asks for.</summary>
/// <remarks>The ciphertexts are in the store before the request is made. Whatever happens to the request, the process or the answer, the
/// same are sent again, and the receiver drops those that it has.</remarks>
internal sealed class Dispatch(
    ClientContext context, DeviceEncryptor encryptor, IdentityChanges identities, SealedAccess access, OwnDevices own, Sealing sealing,
    Settlement settlement)
{
    private readonly Bundles _bundles = new(context);

    /// <summary>Sends until the server has taken it, or says why not.</summary>
    /// <returns>What came of it, already in the store; null where the server's answers made no sense, and later ones may.</returns>
    /// <exception cref="ClientException">It cannot be sent now, or ever: the kind of error says which.</exception>
    public async Task<SendResult?> SendAsync(OutboxItem item, CancellationToken cancel)
    {
        var to = item.Outgoing.Recipient;
        var content = context.Store.Read(() => settlement.Content(item.Outgoing));
        if (content.Length > ClientLimits.ContentBytes)
        {
            throw new ClientException(
                ClientError.BadInput, "The message is too long for the home server. Send the text in parts, or as a file.");
        }

        var copies = context.Store.Read(() => context.Store.Outbox.Copies(item.Number));
        if (copies.Count == 0)
        {
            copies = await EncryptAsync(item, content, cancel).ConfigureAwait(false);
        }

        for (var round = 0; round < ClientLimits.SendRounds; round++)
        {
            if (copies.Count == 0)
            {
                // Only our own account can be left without any device to send to: nobody else is to be told.
                return to == context.Self.Aci
                    ? settlement.Settle(item, copies, content, isSealed: false)
                    : throw Unregistered();
            }

            var (answer, isSealed) = await sealing.SendAsync(item.Outgoing, copies, cancel).ConfigureAwait(false);
            switch (answer)
            {
                case SendAnswer.Taken:
                    return settlement.Settle(item, copies, content, isSealed);
                case SendAnswer.Mismatched mismatched:
                    copies = await AdaptAsync(item, content, copies, mismatched.Extra, mismatched.Missing, cancel).ConfigureAwait(false);
                    break;
                case SendAnswer.Stale stale:
                    copies = await AdaptAsync(item, content, copies, stale.Devices, stale.Devices, cancel).ConfigureAwait(false);
                    break;
                case SendAnswer.AccessDenied when isSealed:
                    context.Store.Transact(() => access.Refused(to));
                    break;
                case SendAnswer.Unregistered:
                    throw Unregistered();
                default:
                    return null;
            }
        }

        return null;
    }

    private static ClientException Unregistered() =>
        new(ClientError.NotFound, "The person has no account any more, or no device that can be written to.");

    private async Task<IReadOnlyList<SealedCopy>> EncryptAsync(OutboxItem item, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        var to = item.Outgoing.Recipient;
        var known = context.Store.Read(() => encryptor.Known(to));
        IReadOnlyList<int> others = known.Count == 0 && to == context.Self.Aci
            ? await own.OthersAsync(cancel).ConfigureAwait(false)
            : [];
        if (known.Count == 0 && (others.Count > 0 || to != context.Self.Aci))
        {
            return await BeginAsync(item, content, [], others, cancel).ConfigureAwait(false);
        }

        var copies = context.Store.Transact(() => Save(item, encryptor.Encrypt(item.Outgoing, content.Span, known)));
        return copies.Count > 0 || known.Count == 0
            ? copies
            : await BeginAsync(item, content, [], [], cancel).ConfigureAwait(false);
    }

    // What is encrypted stays; devices that are gone go, and for new ones sessions are begun.
    private async Task<IReadOnlyList<SealedCopy>> AdaptAsync(
        OutboxItem item, ReadOnlyMemory<byte> content, IReadOnlyList<SealedCopy> copies, IReadOnlyList<int> dropped,
        IReadOnlyList<int> needed, CancellationToken cancel)
    {
        var to = item.Outgoing.Recipient;
        if (dropped.Concat(needed).Any(device => device is < 1 or > ProtocolAddress.MaximumDevice))
        {
            throw new ClientException(ClientError.Malformed, "The home server named devices that cannot be.");
        }

        var kept = copies.Where(copy => !dropped.Contains(copy.Device)).ToList();
        int[] lacking =
        [
            .. needed.Distinct().Where(device => !encryptor.IsThis(to, device) && kept.TrueForAll(copy => copy.Device != device)),
        ];
        var known = context.Store.Transact(() =>
        {
            encryptor.Archive(to, dropped);
            return lacking.Where(device => encryptor.IsKnown(to, device)).ToList();
        });
        if (known.Count < lacking.Length)
        {
            return await BeginAsync(item, content, kept, lacking, cancel).ConfigureAwait(false);
        }

        return context.Store.Transact(() => Save(item, [.. kept, .. encryptor.Encrypt(item.Outgoing, content.Span, known)]));
    }

    // Begins the sessions that are lacking, with all of an account's devices where none is named, and encrypts for them.
    private async Task<IReadOnlyList<SealedCopy>> BeginAsync(
        OutboxItem item, ReadOnlyMemory<byte> content, IReadOnlyList<SealedCopy> kept, IReadOnlyList<int> devices, CancellationToken cancel)
    {
        var to = item.Outgoing.Recipient;
        int[] asked = [.. devices.Where(device => !context.Store.Read(() => encryptor.IsKnown(to, device)))];
        DeviceBundles? bundles = null;
        if (asked.Length > 0 || devices.Count == 0)
        {
            using var key = context.Store.Read(() => access.Find(to));
            bundles = await _bundles.FetchAsync(to, asked, key, cancel).ConfigureAwait(false);
        }

        if (bundles is not null)
        {
            Learn(to, bundles);
        }
        else if (devices.Count == 0)
        {
            throw Unregistered();
        }

        return context.Store.Transact(() =>
        {
            if (bundles is not null)
            {
                encryptor.Begin(to, bundles);
            }

            var all = devices.Count > 0 ? devices : bundles!.Devices.Select(device => device.Device);
            return Save(
                item, [.. kept, .. encryptor.Encrypt(item.Outgoing, content.Span, all.Where(device => !encryptor.IsThis(to, device)))]);
        });
    }

    // In a transaction of its own: that a key has changed is known even where nothing is sent to it.
    private void Learn(ServiceId to, DeviceBundles bundles)
    {
        if (context.Store.Read(() => identities.IsKnown(to, bundles.Identity)))
        {
            return;
        }

        var change = context.Store.Transact(() =>
        {
            var change = identities.Take(to, bundles.Identity);
            identities.ArchiveOthers(to, bundles.Identity);
            return change;
        });
        if (change is not null)
        {
            context.Tell(change);
        }
    }

    private IReadOnlyList<SealedCopy> Save(OutboxItem item, IReadOnlyList<SealedCopy> copies)
    {
        context.Store.Outbox.SaveCopies(item.Number, copies);
        return copies;
    }
}
