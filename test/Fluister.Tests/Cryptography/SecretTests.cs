using Fluister.Cryptography;

namespace Fluister.Tests.Cryptography;

public sealed class SecretTests
{
    [Fact]
    public void Secrets_have_no_text_form()
    {
        using var secret = new Secret([1, 2, 3]);
        Assert.Equal("Secret", secret.ToString());
    }

    [Fact]
    public void A_disposed_secret_reveals_nothing()
    {
        var secret = new Secret([1, 2, 3]);
        var bytes = secret.Reveal();
        secret.Dispose();
        Assert.Equal([0, 0, 0], bytes.ToArray());
        Assert.Throws<ObjectDisposedException>(() => secret.Reveal().Length);
    }
}
