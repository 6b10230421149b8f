using Fluister.Server.Invites;
using Fluister.Server.Registration;
using Fluister.Server.Requests;
using Fluister.Wire.Protos.Chat;
using Google.Protobuf;

namespace Fluister.Server.Grpc;

/// <summary>The room of receipts by gRPC.</summary>
internal sealed class LoginPurchaseMethods(LoginPurchaseRoom room)
{
    /// <summary>What can be called.</summary>
    public IEnumerable<GrpcMethod> Methods =>
    [
        GrpcMethod.Of<CreateLoginReceiptCredentialRequest, CreateLoginReceiptCredentialResponse>(
            LoginPurchaseReflection.Descriptor, "LoginPurchase/CreateLoginReceiptCredential", Access.Anonymous, CreateAsync),
    ];

    private async ValueTask<CreateLoginReceiptCredentialResponse> CreateAsync(GrpcCall call, CreateLoginReceiptCredentialRequest request)
    {
        var (issued, receipt) = await room
            .IssueAsync(request.PurchaseIdentifier, request.ReceiptCredentialRequest.ToByteArray(), call.Origin).ConfigureAwait(false);
        return issued switch
        {
            IssuedReceipt.Given => new()
            {
                Result = new() { ReceiptCredentialResponse = ByteString.CopyFrom(receipt) },
            },
            IssuedReceipt.UsedUp => new() { ReceiptAlreadyIssued = new FailedPrecondition() },
            _ => new() { PaymentNotFound = new NotFound() },
        };
    }
}
