using System.Runtime.InteropServices;

namespace Skerry.Libp2p.Crypto;

/// <summary>An <c>EVP_PKEY</c> of OpenSSL's.</summary>
internal sealed class EvpKey : SafeHandle
{
    public EvpKey()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_PKEY_free(handle);
        return true;
    }
}
