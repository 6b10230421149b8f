using Fluister.Server.Attachments;
using Fluister.Server.Requests;
using Fluister.Wire.Protos.Chat;

namespace Fluister.Server.Grpc;

/// <summary>Forms for uploads by gRPC.</summary>
internal sealed class AttachmentMethods(UploadForms forms)
{
    /// <summary>What can be called.</summary>
    public IEnumerable<GrpcMethod> Methods =>
    [
        GrpcMethod.Of<GetUploadFormRequest, GetUploadFormResponse>(
            AttachmentsReflection.Descriptor,
            "Attachments/GetUploadForm",
            Access.Device,
            (call, request) => ValueTask.FromResult(Form(call, request))),
    ];

    private GetUploadFormResponse Form(GrpcCall call, GetUploadFormRequest request)
    {
        if (request.UploadLength == 0)
        {
            throw new RefusedException(422);
        }

        if (request.UploadLength > ServerLimits.Attachment)
        {
            return new GetUploadFormResponse { ExceedsMaxUploadLength = new FailedPrecondition() };
        }

        var form = forms.Create(call.Device.Account.Aci, (long)request.UploadLength);
        return new GetUploadFormResponse
        {
            UploadForm = new Wire.Protos.Chat.UploadForm
            {
                Cdn = (uint)form.Cdn,
                Key = form.Key,
                Headers = { form.Headers.ToDictionary() },
                SignedUploadLocation = form.Location.ToString(),
            },
        };
    }
}
