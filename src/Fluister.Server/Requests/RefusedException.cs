namespace Fluister.Server.Requests;

/// <summary>A request is refused with a status, and perhaps a body that says more.</summary>
internal sealed class RefusedException(Response response) : Exception
{
    /// <summary>Refuses with a bare status.</summary>
    public RefusedException(int status)
        : this(new Response(status))
    {
    }

    /// <summary>What is answered.</summary>
    public Response Response => response;
}
