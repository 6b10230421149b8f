using System.Text.Json;

namespace Fluister.NotForking.Commands;

/// <summary>How a failure is told.</summary>
internal static class Failure
{
    /// <summary>Writes it to standard error: "not-fork: FILE:LINE: SENTENCE", or one JSON object on a line.</summary>
    public static void Report(NotForkException failure, bool isJson) =>
        Console.Error.WriteLine(isJson ? Json(failure) : $"not-fork: {failure.Line}");

    /// <summary>What the system says, as a sentence.</summary>
    public static string Sentence(Exception exception) =>
        exception.Message.EndsWith('.') ? exception.Message : exception.Message + ".";

    private static string Json(NotForkException failure) => JsonSerializer.Serialize(new
    {
        error = new
        {
            code = (int)failure.Code,
            kind = JsonNamingPolicy.CamelCase.ConvertName(failure.Code.ToString()),
            message = failure.Message,
            file = failure.Place?.File,
            line = failure.Place is { Line: > 0 } place ? place.Line : (int?)null,
        },
    });
}
