using System.Globalization;
using Fluister.Server.Requests;
using Fluister.Wire.Json;

namespace Fluister.Server.Attachments;

/// <summary>Where attachments are uploaded to; the uploads and downloads themselves are streams, and have an endpoint
/// of their own.</summary>
internal sealed class AttachmentRoom(UploadForms forms)
{
    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes =>
    [
        new("GET", "/v4/attachments/form/upload", Access.Device, (request, _) => ValueTask.FromResult(Form(request))),
    ];

    private Response Form(Request request)
    {
        var length = ServerLimits.Attachment;
        if (request.Query.TryGetValue("uploadLength", out var text)
            && (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out length) || length == 0))
        {
            return new Response(400);
        }

        if (length > ServerLimits.Attachment)
        {
            return new Response(413);
        }

        var form = forms.Create(request.Device.Account.Aci, length);
        return Response.Json(
            new UploadFormJson(form.Cdn, form.Key, form.Headers, form.Location.ToString()), WireJson.Default.UploadFormJson);
    }
}
