using System.Globalization;
using System.Net.Http.Headers;
using Fluister.Client.Transport;
using Fluister.Cryptography;
using Fluister.Protocol.Attachments;

namespace Fluister.Client.Attachments;

/// <summary>Uploads encrypted files by TUS 1.0.0 (tus.io/protocols/resumable-upload): what is interrupted goes on where it was, after a
/// crash too where its state was kept.</summary>
/// <param name="api">Gives the right to upload.</param>
/// <param name="streams">What they go over.</param>
/// <param name="files">Where they are read from.</param>
/// <param name="clock">The time.</param>
/// <param name="random">Keys, nonces and pauses.</param>
internal sealed class AttachmentUpload(
    HomeServerApi api, HomeServerStreams streams, AttachmentFiles files, TimeProvider clock, RandomSource random)
{
    private const string Octets = "application/offset+octet-stream";

    /// <summary>Uploads a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="kept">What <paramref name="keep"/> was last given for the file; null for none. What does not fit is dropped.</param>
    /// <param name="keep">Keeps the state, durably, before anything is sent under it; null where nobody will go on with it.</param>
    /// <param name="progress">Encrypted bytes that were sent, of all.</param>
    /// <param name="hasChunks">Whether a receiver can use it before all has come; costs up to 8 KiB in the message.</param>
    /// <param name="cancel">Ends it; it can be gone on with.</param>
    /// <exception cref="ClientException">Unreachable, RateLimited: later again; BadInput: too large; NotFound, Store: the file; Unlinked,
    /// Refused, UntrustedServer.</exception>
    public async Task<UploadedAttachment> UploadAsync(
        LocalFile file, string? kept, Action<string>? keep, IProgress<(long Done, long Total)>? progress, bool hasChunks,
        CancellationToken cancel)
    {
        var run = new Run(UploadState.Read(kept, file) ?? UploadState.For(file, hasChunks, random), file, keep, progress);
        var (backoff, tries) = (new Backoff(random), 0);
        while (true)
        {
            var before = run.Reached;
            try
            {
                if (await TryAsync(run, cancel).ConfigureAwait(false) is { } done)
                {
                    return done;
                }

                tries++;
            }
            catch (ClientException lost) when (lost is { Error: ClientError.Unreachable, RetryAfter: null })
            {
                tries = run.Reached > before ? 1 : tries + 1;
                if (tries >= ClientLimits.TransferTries)
                {
                    throw;
                }

                await Task.Delay(backoff.Next(null), clock, cancel).ConfigureAwait(false);
            }

            if (tries >= ClientLimits.TransferTries)
            {
                throw new ClientException(ClientError.Refused, "The home server takes a file and loses it again. Try later.");
            }
        }
    }

    private static HttpRequestMessage Request(HttpMethod method, Uri address, UploadState state)
    {
        var request = new HttpRequestMessage(method, address);
        request.Headers.Add("Tus-Resumable", "1.0.0");
        foreach (var (name, value) in state.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static long? Offset(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Upload-Offset", out var values)
            && long.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
                ? offset
                : null;

    private static Uri Place(UploadState state) => new($"{state.Location!.AbsoluteUri.TrimEnd('/')}/{state.CdnKey}");

    // One go; none where it must be looked anew how far the server is.
    private async Task<UploadedAttachment?> TryAsync(Run run, CancellationToken cancel)
    {
        var age = clock.GetUtcNow().ToUnixTimeMilliseconds() - run.State.FormAt;
        if (run.State.CdnKey is null || age < 0 || age > ClientLimits.UploadForm.TotalMilliseconds)
        {
            await BeginAsync(run, cancel).ConfigureAwait(false);
        }
        else if (run.Offset is null)
        {
            run.Offset = await LookAsync(run, cancel).ConfigureAwait(false);
        }

        var offset = run.Offset;
        run.Offset = null;
        if (offset == run.State.EncryptedSize)
        {
            return await CompleteAsync(run, cancel).ConfigureAwait(false);
        }

        return run.State.CdnKey is null ? null : await SendAsync(run, offset, cancel).ConfigureAwait(false);
    }

    // Asks for a form; the same bytes go under a new key.
    private async Task BeginAsync(Run run, CancellationToken cancel)
    {
        var form = await api.UploadFormAsync(run.State.EncryptedSize, cancel).ConfigureAwait(false);
        if (!HomeServerStreams.IsKey(form.Key)
            || !Uri.TryCreate(form.SignedUploadLocation, UriKind.Absolute, out var location)
            || location.Scheme != Uri.UriSchemeHttps)
        {
            throw new ClientException(ClientError.Malformed, "The home server gave a form for uploads that makes no sense. Try again.");
        }

        run.Keep(run.State with
        {
            Cdn = form.Cdn,
            CdnKey = form.Key,
            Location = location,
            Headers = form.Headers,
            FormAt = clock.GetUtcNow().ToUnixTimeMilliseconds(),
        });
        run.Offset = null;
    }

    // How far the server is; none where it has nothing.
    private async Task<long?> LookAsync(Run run, CancellationToken cancel)
    {
        using var stall = streams.Guard(cancel);
        using var request = Request(HttpMethod.Head, Place(run.State), run.State);
        using var response = await streams.AskAsync(request, stall).ConfigureAwait(false);
        switch ((int)response.StatusCode)
        {
            case 200 or 204 when Offset(response) is { } offset && offset <= run.State.EncryptedSize:
                return offset;
            case 404 or 410:
                return null;
            case 401 or 403:
                run.Keep(run.State with { CdnKey = null });
                return null;
            default:
                throw HomeServerStreams.Refusal(response);
        }
    }

    private async Task<UploadedAttachment?> SendAsync(Run run, long? offset, CancellationToken cancel)
    {
        var state = run.State;
        using var stall = streams.Guard(cancel);
        using var content = new EncryptedContent(state, () => files.Open(run.File), offset ?? 0, sent =>
        {
            stall.GotOn();
            run.Sent(sent);
        });
        content.Headers.ContentType = new MediaTypeHeaderValue(Octets);
        using var request = offset is null
            ? Request(HttpMethod.Post, state.Location!, state)
            : Request(HttpMethod.Patch, Place(state), state);
        request.Content = content;
        request.Headers.ExpectContinue = true;
        var (header, number) = offset is { } from ? ("Upload-Offset", from) : ("Upload-Length", state.EncryptedSize);
        request.Headers.Add(header, number.ToString(CultureInfo.InvariantCulture));
        using var response = await streams.AskAsync(request, stall).ConfigureAwait(false);
        switch ((int)response.StatusCode)
        {
            case 200 or 201 or 204:
                return Offset(response) == state.EncryptedSize && content.Seal is { } seal ? Done(state, seal) : null;
            case 401 or 403:
                run.Keep(state with { CdnKey = null });
                return null;
            case 404 when offset is not null:
                return null;
            case 409:
                return null;
            default:
                throw HomeServerStreams.Refusal(response);
        }
    }

    // All of it is there, and what was said of that was lost.
    private async Task<UploadedAttachment> CompleteAsync(Run run, CancellationToken cancel)
    {
        using var content = new EncryptedContent(run.State, () => files.Open(run.File), run.State.EncryptedSize, _ => { });
        await content.CopyToAsync(Stream.Null, cancel).ConfigureAwait(false);
        run.Sent(run.State.EncryptedSize);
        return Done(run.State, content.Seal!);
    }

    private UploadedAttachment Done(UploadState state, AttachmentSeal seal) =>
        new(state.Key, seal, state.Cdn, state.CdnKey!, clock.GetUtcNow());

    /// <summary>One upload while it goes on.</summary>
    private sealed class Run(UploadState state, LocalFile file, Action<string>? keep, IProgress<(long Done, long Total)>? progress)
    {
        /// <summary>The file.</summary>
        public LocalFile File => file;

        /// <summary>What is kept.</summary>
        public UploadState State { get; private set; } = state;

        /// <summary>How far the server is, where that is known.</summary>
        public long? Offset { get; set; }

        /// <summary>The farthest that anything was sent.</summary>
        public long Reached { get; private set; }

        /// <summary>Another state from now on.</summary>
        public void Keep(UploadState next)
        {
            State = next;
            keep?.Invoke(next.Write());
        }

        /// <summary>So many encrypted bytes are sent.</summary>
        public void Sent(long bytes)
        {
            Reached = Math.Max(Reached, bytes);
            progress?.Report((bytes, State.EncryptedSize));
        }
    }
}
