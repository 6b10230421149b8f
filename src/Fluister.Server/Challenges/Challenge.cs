namespace Fluister.Server.Challenges;

/// <summary>An account must show that it may write to further strangers, or wait.</summary>
/// <param name="Token">Names this challenge; the answer bears it.</param>
/// <param name="CanAnswer">Whether a captcha's answer is taken now; else only time helps.</param>
/// <param name="RetryAfter">After how long it may go on without an answer.</param>
internal sealed record Challenge(string Token, bool CanAnswer, TimeSpan RetryAfter);
