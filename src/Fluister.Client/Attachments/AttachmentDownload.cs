using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using Fluister.Client.Transport;
using Fluister.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Attachments;

namespace Fluister.Client.Attachments;

/// <summary>Fetches attachments into the account's files: piece by piece, from where it was after a loss, and nothing is there before all
/// of it was found to be what its sender said.</summary>
/// <param name="streams">What they come over.</param>
/// <param name="files">Where they go.</param>
/// <param name="clock">The time.</param>
/// <param name="random">For pauses.</param>
internal sealed class AttachmentDownload(HomeServerStreams streams, AttachmentFiles files, TimeProvider clock, RandomSource random)
{
    private const int Tus = 3;

    /// <summary>Fetches one.</summary>
    /// <param name="remote">What the message says of it.</param>
    /// <param name="most">The most plain bytes that are taken.</param>
    /// <param name="progress">Encrypted bytes that have come, of all.</param>
    /// <param name="cancel">Ends it; nothing is left then.</param>
    /// <exception cref="ClientException">NotFound: it is not at the server (any more); Malformed: it is not what its sender said, or that
    /// cannot be; BadInput: larger than <paramref name="most"/>; Unreachable, UntrustedServer, RateLimited, Refused; Store.</exception>
    public async Task<LocalFile> DownloadAsync(
        RemoteFile remote, long most, IProgress<(long Done, long Total)>? progress, CancellationToken cancel)
    {
        Check(remote, most);
        using var partial = PartialDownload.Open(files.Root, remote, clock.GetUtcNow());
        for (var isFresh = partial is not { Known: > 0 }; ; isFresh = true)
        {
            try
            {
                return await TryAsync(remote, partial, progress, cancel).ConfigureAwait(false);
            }
            catch (ClientException wrong) when (wrong.Error is ClientError.Malformed or ClientError.NotFound)
            {
                if (isFresh || wrong.Error == ClientError.NotFound)
                {
                    partial?.Remove();
                    throw;
                }

                // What was kept may have been damaged when the power went: the server's bytes have a chance of their own.
                partial!.Reset();
            }
        }
    }

    private static void Check(RemoteFile remote, long most)
    {
        if (remote.Cdn != Tus || !HomeServerStreams.IsKey(remote.CdnKey) || remote.Seal.Size < 0)
        {
            throw new ClientException(ClientError.Malformed, "The message names an attachment that cannot be.");
        }

        if (remote.Seal.Size > most)
        {
            throw new ClientException(ClientError.BadInput, $"The attachment has more than {most >> 20} MiB, and was not fetched.");
        }
    }

    private static ClientException NotTheSenders(Exception? wrong = null) => new(
        ClientError.Malformed,
        "The attachment is not what its sender said: it was damaged or changed. Ask for it to be sent again.",
        wrong);

    private async Task<LocalFile> TryAsync(
        RemoteFile remote, PartialDownload? partial, IProgress<(long Done, long Total)>? progress, CancellationToken cancel)
    {
        try
        {
            using var key = new AttachmentKey(remote.Key.Span);
            using var decryptor = new AttachmentDecryptor(key, remote.Seal);
            using var writer = files.Begin(remote.Seal.Size);
            var run = new Run(remote, decryptor, writer, partial, progress);
            run.Resume();
            await FetchAllAsync(run, cancel).ConfigureAwait(false);
            run.Finish();
            var file = writer.Complete();
            partial?.Remove();
            return file;
        }
        catch (ProtocolException wrong)
        {
            throw NotTheSenders(wrong);
        }
    }

    private async Task FetchAllAsync(Run run, CancellationToken cancel)
    {
        var (backoff, tries) = (new Backoff(random), 0);
        while (run.Total is null || run.Taken < run.Total)
        {
            var before = run.Taken;
            try
            {
                await FetchAsync(run, cancel).ConfigureAwait(false);
            }
            catch (ClientException lost) when (lost is { Error: ClientError.Unreachable, RetryAfter: null })
            {
                tries = run.Taken > before ? 1 : tries + 1;
                if (tries >= ClientLimits.TransferTries)
                {
                    throw;
                }

                await Task.Delay(backoff.Next(null), clock, cancel).ConfigureAwait(false);
            }
        }
    }

    private async Task FetchAsync(Run run, CancellationToken cancel)
    {
        using var stall = streams.Guard(cancel);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(streams.Root, $"/attachments/{run.Remote.CdnKey}"));
        request.Headers.Range = run.Taken > 0 ? new RangeHeaderValue(run.Taken, null) : null;
        using var response = await streams.AskAsync(request, stall).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable
            && response.Content.Headers.ContentRange?.Length == run.Taken)
        {
            // All of it was there before a crash.
            run.Total = run.Taken;
            return;
        }

        var skip = response.StatusCode switch
        {
            HttpStatusCode.OK => run.Taken,
            HttpStatusCode.PartialContent when response.Content.Headers.ContentRange?.From == run.Taken => 0,
            HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable => throw NotTheSenders(),
            _ => throw HomeServerStreams.Refusal(response),
        };
        var total = response.StatusCode == HttpStatusCode.OK
            ? response.Content.Headers.ContentLength
            : response.Content.Headers.ContentRange?.Length;
        if (total is not { } length || length > run.Most || (run.Total ?? length) != length)
        {
            throw NotTheSenders();
        }

        run.Total = length;
        await stall.RunAsync(() => CopyAsync(response, run, skip, stall)).ConfigureAwait(false);
    }

    private static async Task<bool> CopyAsync(HttpResponseMessage response, Run run, long skip, StallGuard stall)
    {
        var body = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
        await using var closing = body.ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(ClientLimits.TransferPiece);
        try
        {
            while (await body.ReadAsync(buffer, stall.Token).ConfigureAwait(false) is > 0 and var count)
            {
                stall.GotOn();
                var known = (int)Math.Min(skip, count);
                skip -= known;
                run.Take(buffer.AsMemory(known, count - known));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return run.Taken == run.Total ? true : throw new IOException("The server ended early.");
    }

    /// <summary>One download while it goes on.</summary>
    private sealed class Run(
        RemoteFile remote, AttachmentDecryptor decryptor, AttachmentFileWriter writer, PartialDownload? partial,
        IProgress<(long Done, long Total)>? progress)
    {
        private readonly ArrayBufferWriter<byte> _plain = new(2 * ClientLimits.TransferPiece);

        /// <summary>What is fetched.</summary>
        public RemoteFile Remote => remote;

        /// <summary>Encrypted bytes that have come.</summary>
        public long Taken { get; private set; }

        /// <summary>Encrypted bytes that there are, once the server has said so.</summary>
        public long? Total { get; set; }

        /// <summary>The most encrypted bytes that can be of use.</summary>
        public long Most { get; } = (long)(AttachmentSize.Encrypted(remote.Seal.Size) * ClientLimits.PaddingSlack);

        /// <summary>Takes what had come before a crash.</summary>
        /// <exception cref="ProtocolException">Not authentic.</exception>
        public void Resume()
        {
            var buffer = new byte[partial is { Known: > 0 } ? ClientLimits.TransferPiece : 0];
            while (partial is { Known: > 0 } && AttachmentFileWriter.Guard(() => partial.Read(buffer)) is > 0 and var count)
            {
                Decrypt(buffer.AsSpan(0, count));
            }
        }

        /// <summary>Takes encrypted bytes.</summary>
        /// <exception cref="ProtocolException">Not authentic.</exception>
        public void Take(ReadOnlyMemory<byte> encrypted)
        {
            Decrypt(encrypted.Span);
            partial?.Append(encrypted);
            progress?.Report((Taken, Total ?? Most));
        }

        /// <summary>Checks the whole.</summary>
        /// <exception cref="ProtocolException">Not authentic, or malformed.</exception>
        public void Finish()
        {
            decryptor.Finish(_plain);
            Write();
        }

        private void Decrypt(ReadOnlySpan<byte> encrypted)
        {
            if (Taken + encrypted.Length > (Total ?? Most))
            {
                throw NotTheSenders();
            }

            decryptor.Append(encrypted, _plain);
            Write();
            Taken += encrypted.Length;
        }

        private void Write()
        {
            writer.Append(_plain.WrittenSpan);
            _plain.Clear();
        }
    }
}
