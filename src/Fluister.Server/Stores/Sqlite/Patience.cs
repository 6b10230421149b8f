using Microsoft.Data.Sqlite;

namespace Fluister.Server.Stores.Sqlite;

/// <summary>Tries again while another program has the database: after a sudden end somebody who reads it may be putting its log in
/// order.</summary>
internal static class Patience
{
    /// <summary>Does something, again and again until it does not meet with another program, or for so long.</summary>
    /// <param name="attempt">What.</param>
    /// <param name="most">After what time no new attempt is made.</param>
    /// <param name="time">The clock.</param>
    /// <param name="pause">Waits between attempts.</param>
    /// <exception cref="SqliteException">The last attempt failed, or one for another reason.</exception>
    public static T WhileBusy<T>(Func<T> attempt, TimeSpan most, TimeProvider time, Action<TimeSpan> pause)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return attempt();
            }
            catch (SqliteException busy) when (busy.SqliteErrorCode == SqliteCodes.Busy && time.GetElapsedTime(began) < most)
            {
                pause(ServerLimits.OpenRetry);
            }
        }
    }
}
