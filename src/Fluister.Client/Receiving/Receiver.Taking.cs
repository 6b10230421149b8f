using Fluister.Client.Transport;
using Fluister.Wire.Protos;

namespace Fluister.Client.Receiving;

// Batches: opened by several threads, taken in one transaction, acknowledged after it.
internal sealed partial class Receiver
{
    // As often as it takes: what is not in the store is not acknowledged, and nothing after it is taken.
    private async Task TakeAsync(List<Delivery> batch)
    {
        var backoff = new Backoff(_context.Random, ClientLimits.StorePause, ClientLimits.LongestPause);
        var isTold = false;
        Exception? refused = null;
        while (true)
        {
            try
            {
                Conclude(batch, refused is null ? Take(batch, await OpenAsync(batch).ConfigureAwait(false)) : Refuse(batch[0], refused));
                return;
            }
            catch (Exception failed) when (EnvelopeTaker.IsOfStore(failed))
            {
                if (!isTold)
                {
                    isTold = true;
                    _context.Tell(new StoreFailed(failed as ClientException
                        ?? new ClientException(ClientError.Store, "The account's store cannot be written: " + failed.Message, failed)));
                }

                await Task.Delay(backoff.Next(), _context.Clock, _stop.Token).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // What nobody foresaw: the envelope that brings it about is found, and refused; the others are taken.
            catch (Exception) when (batch.Count > 1)
            {
                foreach (var delivery in batch)
                {
                    await TakeAsync([delivery]).ConfigureAwait(false);
                }

                return;
            }
            catch (Exception unforeseen) when (refused is null)
#pragma warning restore CA1031
            {
                // Refused in the next go: the store may fail at that as well.
                refused = unforeseen;
            }
        }
    }

    private TakenBatch Refuse(Delivery delivery, Exception unforeseen)
    {
        var taken = new TakenBatch();
        if (delivery is EnvelopeDelivery { Envelope: { ServerGuid.Length: 16 } envelope })
        {
            _context.Store.Transact(() => _context.Store.Inbox.Take(new Guid(envelope.ServerGuid.Span, bigEndian: true)));
        }

        taken.Events.Add(new EnvelopeRefused(null, 0, 0, $"It cannot be handled ({unforeseen.GetType().Name})."));
        return taken;
    }

    // A server that has joined a network has another root behind its certificates: before a sender is refused for that, the home server
    // is asked which roots there are.
    private async Task<(OpenedEnvelope? Opened, EnvelopeException? Refusal)[]> OpenAsync(List<Delivery> batch)
    {
        var opened = Open(batch);
        return Array.Exists(opened, one => one.Refusal is { IsOfUnknownRoot: true })
            && await _context.Api.Link.RenewAsync(_stop.Token).ConfigureAwait(false) ? Open(batch) : opened;
    }

    private (OpenedEnvelope? Opened, EnvelopeException? Refusal)[] Open(List<Delivery> batch)
    {
        var opened = new (OpenedEnvelope? Opened, EnvelopeException? Refusal)[batch.Count];
        if (batch.Count >= ClientLimits.UnsealInParallelFrom)
        {
            Parallel.For(0, batch.Count, i => opened[i] = Open(batch[i]));
        }
        else
        {
            for (var i = 0; i < batch.Count; i++)
            {
                opened[i] = Open(batch[i]);
            }
        }

        return opened;
    }

    private TakenBatch Take(List<Delivery> batch, (OpenedEnvelope? Opened, EnvelopeException? Refusal)[] opened)
    {
        return _context.Store.Transact(() =>
        {
            var taken = new TakenBatch();
            for (var i = 0; i < batch.Count; i++)
            {
                if (batch[i] is EnvelopeDelivery delivery)
                {
                    _taker.Take(delivery.Envelope, opened[i].Opened, opened[i].Refusal, taken);
                }
                else if (batch[i] is MalformedDelivery)
                {
                    taken.Events.Add(new EnvelopeRefused(null, 0, 0, "What the home server delivered is no envelope."));
                }
            }

            _handler.BeforeCommit();
            return taken;
        });
    }

    private (OpenedEnvelope? Opened, EnvelopeException? Refusal) Open(Delivery delivery)
    {
        if (delivery is not EnvelopeDelivery { Envelope: var envelope } || envelope.Type == Envelope.Types.Type.ServerDeliveryReceipt
            || envelope.ServerGuid.Length != 16)
        {
            return (null, null);
        }

        try
        {
            return (_opener.Open(envelope), null);
        }
        catch (EnvelopeException refused)
        {
            return (null, refused);
        }
#pragma warning disable CA1031 // Whatever an envelope from outside brings about: it is refused, and the next one is taken.
        catch (Exception unforeseen)
#pragma warning restore CA1031
        {
            return (null, new EnvelopeException($"It cannot be read ({unforeseen.GetType().Name}).", unforeseen));
        }
    }

    private void Conclude(List<Delivery> batch, TakenBatch taken)
    {
        foreach (var delivery in batch.OfType<EnvelopeDelivery>())
        {
            delivery.Acknowledge();
        }

        foreach (var told in taken.Events)
        {
            _context.Tell(told);
        }

        _upkeep.Used(taken.Handshakes);
        _sender.Wake();
        Committed?.Invoke();
        if (batch.OfType<QueueEmptyDelivery>().Any())
        {
            _context.Tell(new QueueEmpty());
            _queueEmpty.TrySetResult();
        }
    }
}
