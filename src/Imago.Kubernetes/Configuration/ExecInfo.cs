using System.Globalization;
using System.Text;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Imago.Kubernetes.Configuration;

/// <summary>Writes what an exec plugin is told: <c>KUBERNETES_EXEC_INFO</c>.</summary>
internal static class ExecInfo
{
    public static string Write(ExecPlugin plugin, ChosenContext? cluster)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("kind", "ExecCredential");
            json.WriteString("apiVersion", plugin.ApiVersion);
            json.WriteStartObject("spec");
            if (cluster is not null)
            {
                WriteCluster(json, cluster);
            }

            json.WriteBoolean("interactive", value: false);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void WriteCluster(Utf8JsonWriter json, ChosenContext chosen)
    {
        var cluster = chosen.Cluster;
        json.WriteStartObject("cluster");
        json.WriteString("server", cluster.Server);
        if (cluster.TlsServerName is { } name)
        {
            json.WriteString("tls-server-name", name);
        }

        if (cluster.SkipVerification)
        {
            json.WriteBoolean("insecure-skip-tls-verify", value: true);
        }

        if (cluster.Authority.Read($"{chosen.Subject}: certificate authority") is { } authority)
        {
            json.WriteBase64String("certificate-authority-data", authority);
        }

        if (cluster.Proxy is { } proxy)
        {
            json.WriteString("proxy-url", proxy);
        }

        if (cluster.ExecConfig is { } config)
        {
            json.WritePropertyName("config");
            Write(json, config);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, YamlNode node)
    {
        switch (node)
        {
            case YamlMappingNode map:
                json.WriteStartObject();
                foreach (var (key, value) in map.Children)
                {
                    json.WritePropertyName((key as YamlScalarNode)?.Value ?? "");
                    Write(json, value);
                }

                json.WriteEndObject();
                break;
            case YamlSequenceNode list:
                json.WriteStartArray();
                foreach (var item in list.Children)
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            default:
                WriteScalar(json, (YamlScalarNode)node);
                break;
        }
    }

    private static void WriteScalar(Utf8JsonWriter json, YamlScalarNode node)
    {
        // Only what is not quoted can be anything but a text.
        var plain = node.Style == ScalarStyle.Plain;
        if (plain && node.Value is null or "" or "null" or "~")
        {
            json.WriteNullValue();
        }
        else if (plain && node.Value is "true" or "false")
        {
            json.WriteBooleanValue(node.Value == "true");
        }
        else if (plain && decimal.TryParse(node.Value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteStringValue(node.Value);
        }
    }
}
