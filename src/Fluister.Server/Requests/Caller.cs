using Fluister.Server.Accounts;

namespace Fluister.Server.Requests;

/// <summary>The device that made a request, as it was when its password was checked.</summary>
internal sealed record Caller(Account Account, Device Device);
