using Fluister.Client.Transport;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Profiles;

namespace Fluister.Client.Sending;

/// <summary>Fetches the published keys of devices: without saying who asks where an access key is known, as Signal does.</summary>
internal sealed class Bundles(ClientContext context)
{
    private const int MostDevices = ProtocolAddress.MaximumDevice;

    /// <summary>The keys of some devices of an account; of all of them where none is named. Null where there is no such account.</summary>
    /// <remarks>Devices that are gone meanwhile are left out.</remarks>
    /// <exception cref="ClientException">As <see cref="HomeServerApi"/> says.</exception>
    public async Task<DeviceBundles?> FetchAsync(ServiceId account, IReadOnlyList<int> devices, AccessKey? key, CancellationToken cancel)
    {
        if (devices.Count == 0)
        {
            return await FetchAsync(account, (int?)null, key, cancel).ConfigureAwait(false) is { } all ? Checked(all, null) : null;
        }

        List<(int, Protocol.PreKeys.PreKeyBundle)> found = [];
        DeviceBundles? last = null;
        foreach (var device in devices)
        {
            if (await FetchAsync(account, device, key, cancel).ConfigureAwait(false) is { } one)
            {
                last = last is null || last.Identity.Key.Equals(one.Identity.Key)
                    ? Checked(one, device)
                    : throw Senseless("The home server gave two identity keys for one account.");
                found.AddRange(last.Devices);
            }
        }

        return last is null ? null : last with { Devices = found };
    }

    private static DeviceBundles Checked(DeviceBundles bundles, int? asked)
    {
        var ids = bundles.Devices.Select(device => device.Device).ToList();
        var fit = ids.Count is > 0 and <= MostDevices && ids.Distinct().Count() == ids.Count
            && ids.TrueForAll(id => id is >= 1 and <= MostDevices && (asked is null || id == asked))
            && bundles.Devices.All(device =>
                device.Bundle.Device == device.Device && device.Bundle.RegistrationId <= Protocol.Limits.RegistrationId);
        return fit ? bundles : throw Senseless("The home server gave keys of devices that cannot be.");
    }

    private static ClientException Senseless(string what) => new(ClientError.Malformed, what);

    private async Task<DeviceBundles?> FetchAsync(ServiceId account, int? device, AccessKey? key, CancellationToken cancel)
    {
        if (key is not null)
        {
            try
            {
                return await context.Api.BundlesAsync(account, device, key, cancel).ConfigureAwait(false);
            }
            catch (ClientException refused) when (refused.Error == ClientError.Refused)
            {
                // Another access key by now: the server is told who asks.
            }
        }

        return await context.Api.BundlesAsync(account, device, null, cancel).ConfigureAwait(false);
    }
}
