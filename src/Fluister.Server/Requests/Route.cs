namespace Fluister.Server.Requests;

/// <summary>One thing that can be asked for.</summary>
/// <param name="Verb">GET, PUT and so on.</param>
/// <param name="Template">The path; a segment in braces is a parameter.</param>
/// <param name="Access">Who may.</param>
/// <param name="Handle">Answers.</param>
internal sealed record Route(string Verb, string Template, Access Access, Func<Request, CancellationToken, ValueTask<Response>> Handle)
{
    /// <summary>Most bytes of a body; what is larger is refused with 413.</summary>
    public int BodyLimit { get; init; } = ServerLimits.Body;

    /// <summary>What the route itself asks of a caller, where that is seen without the body, which is not read before; it refuses with
    /// <see cref="RefusedException"/>.</summary>
    public Action<Request>? Admit { get; init; }
}
