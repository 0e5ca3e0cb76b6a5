using System.Reflection;

using Skerry.Libp2p.Tests;

using Xunit.v3;

[assembly: GivesBack]

namespace Skerry.Libp2p.Tests;

/// <summary>After every test its hosts are stopped, and nothing that peers held of them may be left.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class GivesBackAttribute : BeforeAfterTestAttribute
{
    public override void After(MethodInfo methodUnderTest, IXunitTest test) => Task.Run(() => TestHosts.EndAsync(test.UniqueID)).Wait();
}
