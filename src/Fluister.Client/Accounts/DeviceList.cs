using Fluister.Client.Transport;
using Fluister.Protocol;
using Fluister.Protocol.Devices;
using Fluister.Protocol.Provisioning;
using Fluister.Wire.Json;

namespace Fluister.Client.Accounts;

/// <summary>The account's devices: which there are, how one is linked from here, named and removed.</summary>
internal sealed class DeviceList(ClientContext context)
{
    private HomeServerApi Api => context.Api;

    private Self Self => context.Self;

    /// <summary>All of them, this one too.</summary>
    public async Task<IReadOnlyList<AccountDevice>> ListAsync(CancellationToken cancel)
    {
        var listed = await Api.DevicesAsync(cancel).ConfigureAwait(false);
        return [.. listed.Take(ClientLimits.Devices).Select(Describe)];
    }

    /// <summary>Names a device: a primary any, a linked one itself.</summary>
    public async Task RenameAsync(int device, string name, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(name) || System.Text.Encoding.UTF8.GetByteCount(name) > ClientLimits.DeviceNameBytes)
        {
            throw new ClientException(ClientError.BadInput, "A device's name has one to about a hundred letters.");
        }

        var encrypted = DeviceName.Encrypt(name.Trim(), Self.AciIdentity.Public, context.Random);
        if (!await Api.RenameDeviceAsync(device, encrypted, cancel).ConfigureAwait(false))
        {
            throw new ClientException(
                ClientError.NotFound, "There is no such device, or this one may not name it: the primary names any, a linked one itself.");
        }

        if (device == Self.Device)
        {
            context.Store.Transact(() => context.Store.Items.SetText("device_name", name.Trim()));
        }
    }

    /// <summary>Removes a linked device: a primary any, a linked one itself.</summary>
    public async Task RemoveAsync(int device, CancellationToken cancel)
    {
        if (device == 1)
        {
            throw new ClientException(ClientError.BadInput, "The primary device cannot be removed; delete the account instead.");
        }

        if (!await Api.RemoveDeviceAsync(device, cancel).ConfigureAwait(false))
        {
            throw new ClientException(ClientError.Refused, "Only the primary device removes others.");
        }
    }

    /// <summary>Hands the account over to a new device, whose code was scanned or pasted, and waits until it is linked.</summary>
    /// <param name="url">sgnl://linkdevice?...</param>
    /// <param name="cancel">Ends the wait; the device may be linked all the same.</param>
    /// <exception cref="ClientException">BadInput: no such code; NotFound: the device does not wait (any more); Refused: not the primary,
    /// or no room.</exception>
    public async Task<AccountDevice> LinkAsync(string url, CancellationToken cancel)
    {
        if (!LinkingUrl.TryParse(url.Trim(), out var code))
        {
            throw new ClientException(
                ClientError.BadInput, "That is no code of a device that wants to be linked: it begins with sgnl://linkdevice?uuid=");
        }

        if (!Self.IsPrimary)
        {
            throw new ClientException(ClientError.Refused, "Only the primary device links others.");
        }

        var token = await Api.LinkTokenAsync(cancel).ConfigureAwait(false) ?? throw new ClientException(
            ClientError.Refused, "The account has as many devices as it may have. Remove one first.");
        if (!await Api.ProvisionAsync(code.Address, Envelope(code, token.VerificationCode), cancel).ConfigureAwait(false))
        {
            throw new ClientException(
                ClientError.NotFound, "The device with this code does not wait any more: a code is good for 90 seconds. Use its new one.");
        }

        return await Api.WaitForLinkedDeviceAsync(token.TokenIdentifier, ClientLimits.WaitForLinkedDevice, cancel).ConfigureAwait(false)
            is { } linked
            ? Describe(linked)
            : throw new ClientException(
                ClientError.NotFound,
                "The device was handed the account, and has not linked itself. Look at the list of devices before you try again.");
    }

    private byte[] Envelope(LinkingUrl code, string token)
    {
        // It disposes of nothing: the keys are the account's.
        var message = new ProvisioningMessage
        {
            Aci = Self.Aci,
            Pni = Self.Pni,
            AciIdentity = Self.AciIdentity,
            PniIdentity = Self.PniIdentity,
            Number = Self.Number,
            Code = token,
            UserAgent = "Fluister",
            ReadReceipts = context.Store.Read(() => context.Store.Items.Flag("read-receipt-setting")) ?? true,
            ProfileKey = Self.ProfileKey,
            EntropyPool = Self.EntropyPool,
        };
        try
        {
            return ProvisioningCipher.Encrypt(message, code.Key, context.Random);
        }
        catch (ProtocolException wrong)
        {
            throw new ClientException(ClientError.BadInput, "The key in the device's code is none. Use its new one.", wrong);
        }
    }

    private AccountDevice Describe(DeviceJson device)
    {
        var seen = DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(device.LastSeen, 0, ClientLimits.LatestMilliseconds));
        return new AccountDevice(device.Id, Name(device), Created(device), seen, device.Id == Self.Device);
    }

    private string? Name(DeviceJson device)
    {
        try
        {
            return device.Name is { Length: > 0 } name ? DeviceName.Decrypt(name, Self.AciIdentity.Private) : null;
        }
        catch (ProtocolException)
        {
            return null;
        }
    }

    private DateTimeOffset? Created(DeviceJson device)
    {
        try
        {
            return device.Id is > 0 and <= byte.MaxValue
                ? DeviceCreation.Open(
                    device.CreatedAtCiphertext, (byte)device.Id, (uint)device.RegistrationId, Self.AciIdentity.Private)
                : null;
        }
        catch (ProtocolException)
        {
            return null;
        }
    }
}
