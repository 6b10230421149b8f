using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;

namespace Fluister.Server.Federation;

/// <summary>Puts into words for operators why a peer gave no answer.</summary>
internal static class PeerRefusal
{
    /// <summary>A status that is none of success, and the sentence that may come with it.</summary>
    public static async Task<PeerException> ReadAsync(string where, HttpResponseMessage answer, CancellationToken cancellation)
    {
        var status = (int)answer.StatusCode;
        var said = await SentenceAsync(answer, cancellation).ConfigureAwait(false);

        // No time at all is none: who asks at once, again and again, would be no better off.
        var retry = answer.Headers.RetryAfter?.Delta is { } wait && wait > TimeSpan.Zero ? wait : (TimeSpan?)null;
        return status switch
        {
            429 or 503 => new PeerException(PeerError.Busy, $"{where} asks for patience ({status}){said}", retry),
            401 or 403 => new PeerException(PeerError.Refused, $"{where} refuses this server ({status}){said}", retry),
            >= 300 and < 400 => new PeerException(
                PeerError.Malformed, $"{where} leads elsewhere ({status}), which is not followed: its descriptor must say where it is."),
            404 or 405 => new PeerException(
                PeerError.Malformed, $"{where} does not know what was asked ({status}): it runs an earlier version, or something else."),
            >= 500 => new PeerException(PeerError.Unreachable, $"{where} fails ({status}); its operator's log says why."),
            _ => new PeerException(PeerError.Refused, $"{where} does not take the request ({status}){said}") { IsOfRequest = true },
        };
    }

    /// <summary>Whether something that went wrong is a peer's fault, or the network's, and none of this program.</summary>
    public static bool IsOfPeer(Exception failed) => failed is OperationCanceledException or HttpRequestException or IOException
        or ObjectDisposedException or CryptographicException or InvalidProtocolBufferException or InvalidDataException;

    /// <summary>What kept a request from being answered.</summary>
    public static PeerException Explain(string where, Exception failed)
    {
        var (error, sentence) = failed switch
        {
            OperationCanceledException => (PeerError.Unreachable, $"{where} does not answer in time."),
            HttpRequestException { InnerException: AuthenticationException } or CryptographicException => (
                PeerError.Untrusted,
                $"{where} shows another certificate than its descriptor names: it has a new one that is not known here yet, or somebody "
                + $"stands in between. `fluister-server peer add {where}` fetches its descriptor and says which."),
            HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => (
                PeerError.Malformed, $"{where} answers with more headers than are read."),
            InvalidProtocolBufferException or InvalidDataException => (
                PeerError.Malformed, $"{where} gives an answer that cannot be read, or that is too large."),
            _ => (PeerError.Unreachable, $"{where} is not reached. Does its server run, and does its name lead there from here?"),
        };
        return new PeerException(error, sentence, inner: failed);
    }

    // What a peer says is shown to operators, so only letters of which a terminal makes nothing else.
    private static async Task<string> SentenceAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (answer.Content.Headers.ContentType?.MediaType != "text/plain")
        {
            return ".";
        }

        try
        {
            var bytes = await PeerAnswer.ReadAsync(answer.Content, ServerLimits.PeerSentence, cancellation).ConfigureAwait(false);
            var text = Encoding.ASCII.GetString(bytes).Trim();
            return text.Length == 0 || text.AsSpan().ContainsAnyExceptInRange(' ', '~') ? "." : $": {text}";
        }
        catch (InvalidDataException)
        {
            return ".";
        }
    }
}
