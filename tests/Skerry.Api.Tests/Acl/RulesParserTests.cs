using FsCheck;
using FsCheck.Fluent;

using Skerry.Api.Acl;
using Skerry.Api.Acl.Rules;

namespace Skerry.Api.Tests.Acl;

public sealed class RulesParserTests
{
    private const string Hcl = """
        # The shop.
        key_prefix "shop/" { policy = "write" }
        key "shop/till" { policy = "read" } // one line
        /* and
           more */
        service "web" {
          policy     = "write"
          intentions = "read"
        }
        node_prefix "" { policy = "read" }
        session_prefix "" { policy = "deny" }
        event "deploy" { policy = "write" }
        agent "n1" { policy = "write" }
        query_prefix "" { policy = "read" }
        operator = "read"
        acl = "write"
        keyring = "deny"
        mesh = "read"
        """;

    private const string Json = """
        {
          "key_prefix": { "shop/": { "policy": "write" } },
          "key": { "shop/till": { "policy": "read" } },
          "service": [ { "web": { "policy": "write", "intentions": "read" } } ],
          "node_prefix": { "": { "policy": "read" } },
          "session_prefix": { "": { "policy": "deny" } },
          "event": { "deploy": { "policy": "write" } },
          "agent": { "n1": { "policy": "write" } },
          "query_prefix": { "": { "policy": "read" } },
          "operator": "read", "acl": "write", "keyring": "deny", "mesh": "read"
        }
        """;

    [Theory]
    [InlineData(Hcl)]
    [InlineData(Json)]
    public void Both_notations_say_the_same(string text)
    {
        AclRule[] expected =
        [
            new(AclResource.Key, "shop/", true, AclLevel.Write),
            new(AclResource.Key, "shop/till", false, AclLevel.Read),
            new(AclResource.Service, "web", false, AclLevel.Write),
            new(AclResource.Node, "", true, AclLevel.Read),
            new(AclResource.Session, "", true, AclLevel.Deny),
            new(AclResource.Event, "deploy", false, AclLevel.Write),
            new(AclResource.Agent, "n1", false, AclLevel.Write),
            new(AclResource.Operator, "", false, AclLevel.Read),
            new(AclResource.Acl, "", false, AclLevel.Write),
            new(AclResource.Keyring, "", false, AclLevel.Deny),
        ];
        Assert.True(RulesParser.TryParse(text, out var rules, out var error), error);
        Assert.Equal(expected, rules);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  # nothing\n")]
    [InlineData("{}")]
    public void No_rules_are_rules_too(string text)
    {
        Assert.True(RulesParser.TryParse(text, out var rules, out _));
        Assert.Empty(rules);
    }

    [Theory]
    [InlineData("key \"a\\n\\t\\\"\\\\\\u00e9\\U0001F980\" { policy = \"list\" }", "a\n\t\"\\\u00e9\U0001F980")]
    [InlineData("{\"key\":{\"\\ud83e\\udd80\\/\":{\"policy\":\"list\"}}}", "\U0001F980/")]
    [InlineData("key = { \"x\" = { policy = \"list\", }, }", "x")]
    [InlineData("\"key\" \"x\" { \"policy\" = \"list\" }", "x")]
    [InlineData("key { \"x\" { policy = \"list\" } }", "x")]
    [InlineData("key \"${x}\" { policy = \"list\" }", "${x}")]
    public void Names_are_read_as_they_are_meant(string text, string name)
    {
        Assert.True(RulesParser.TryParse(text, out var rules, out var error), error);
        Assert.Equal([new AclRule(AclResource.Key, name, false, AclLevel.List)], rules);
    }

    [Theory]
    [InlineData("kee \"a\" { policy = \"read\" }", "line 1, column 1: \"kee\" is not a resource")]
    [InlineData("key \"a\" { policy = \"rite\" }", "line 1, column 11: Invalid key policy: \"rite\"")]
    [InlineData("service \"a\" { policy = \"list\" }", "line 1, column 15: Invalid service policy: \"list\"")]
    [InlineData("\n\nkey \"a\" { }", "line 3, column 9: key has a rule without a policy")]
    [InlineData("key \"a\" { policy = \"read\" sentinel { code = \"\" } }", "line 1, column 27: \"sentinel\" is not a part of a rule")]
    [InlineData("key \"a\" { policy = \"read\"", "line 1, column 26: a key or a closing brace is missing")]
    [InlineData("key \"a { policy = read }\n", "line 1, column 5: a text that does not end on its line")]
    [InlineData("key \"a\" { policy = read }", "line 1, column 20: a text in double quotes is missing")]
    [InlineData("key \"a\\x\" { policy = \"read\" }", "line 1, column 9: an escape that is none")]
    [InlineData("key <<EOF\na\nEOF\n", "line 1, column 5: what is neither a word")]
    [InlineData("key = \"read\"", "line 1, column 5: key needs a name")]
    [InlineData("operator { policy = \"read\" }", "line 1, column 10: operator must be a text")]
    [InlineData("operator = \"list\"", "line 1, column 10: Invalid operator policy: \"list\"")]
    [InlineData("key", "line 1, column 4: '=' or '{' is missing behind a key")]
    [InlineData("} ", "line 1, column 1: a key is missing")]
    [InlineData("{} x", "line 1, column 4: something behind the last brace")]
    [InlineData("key [ \"a\" ]", "line 1, column 5: '=' or '{' is missing")]
    [InlineData("key = [ \"a\" ]", "line 1, column 9: a list holds blocks")]
    [InlineData("/* key", "line 1, column 7: a comment that does not end")]
    public void What_cannot_be_meant_is_refused_with_its_place(string text, string why)
    {
        Assert.False(RulesParser.TryParse(text, out var rules, out var error));
        Assert.Empty(rules);
        Assert.StartsWith(why, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("key {")]
    [InlineData("key \"a\" ")]
    [InlineData("key = [{")]
    public void Depth_is_bounded(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, 4000));
        Assert.False(RulesParser.TryParse(text, out _, out var error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void Length_is_bounded() => Assert.False(RulesParser.TryParse(new string(' ', RulesParser.MaxLength + 1), out _, out _));

    [Fact]
    public void Whatever_is_handed_in_is_read_or_refused() => Prop.ForAll(Texts(), text =>
    {
        var isRead = RulesParser.TryParse(text, out _, out var error);
        return isRead == (error is null);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_mutated_policy_is_read_or_refused() => Prop.ForAll(Mutations(), text =>
    {
        var isRead = RulesParser.TryParse(text, out _, out var error);
        return isRead == (error is null);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    private static Arbitrary<string> Texts()
    {
        string[] pieces = ["key", "key_prefix", "operator", "\"a\"", "\"", "\\", "{", "}", "[", "]", "=", ":", ",", "policy", "\"read\"", "\n", "#", "/*", "*/", "\\u", "\u00e9", "\ud800", "\0"];
        return Arb.From(Gen.ListOf(Gen.Elements(pieces)).Select(parts => string.Join(parts.Count % 2 == 0 ? "" : " ", parts)));
    }

    private static Arbitrary<string> Mutations()
    {
        var change = from at in Gen.Choose(0, Math.Min(Hcl.Length, Json.Length) - 1) from letter in Gen.Elements('"', '{', '}', '\\', '=', '[', 'x', '\n') from kind in Gen.Choose(0, 2) select (at, letter, kind);
        return Arb.From(
            from source in Gen.Elements(Hcl, Json)
            from changes in Gen.ListOf(change)
            select changes.Aggregate(source, (text, one) => one.at >= text.Length ? text : one.kind switch
            {
                0 => text.Remove(one.at, 1),
                1 => text.Insert(one.at, one.letter.ToString()),
                _ => text[..one.at] + one.letter + text[(one.at + 1)..],
            }));
    }
}
