#include "compiler/driver/failures.h"

#include "compiler/base/json_writer.h"
#include "compiler/routing/course.h"

namespace gatec::driver {
namespace {

std::string name_of(const ir::Gateway& gateway, ir::DeploymentId id) {
  const ir::Deployment& d = gateway.at(id);
  if (d.id.given()) return *d.id;
  const std::string kind = d.provider.valid() ? gateway.at(d.provider).kind.value : std::string();
  return kind.empty() ? d.upstream_model.value : kind + "/" + d.upstream_model.value;
}

void write_course(base::JsonWriter& json, const ir::Gateway& gateway, const ir::Route& route, ir::Failure failure,
                  const routing::Course& course) {
  json.begin_object();
  json.member("route", route.name.value);
  json.member("failure", ir::failure_name(failure));
  json.member("calls", course.calls);
  json.key("seconds");
  if (course.seconds) {
    json.number(course.seconds->text());
  } else {
    json.null();
  }
  if (course.endless) json.member("endless", true);
  json.key("reached");
  json.begin_array();
  for (const routing::Stop& stop : course.stops) {
    json.begin_object();
    json.member("upstream", name_of(gateway, stop.deployment));
    json.member("calls", stop.calls);
    json.member("fallback", stop.by != nullptr);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

}  // namespace

std::string failures_json(const ir::Gateway& gateway) {
  const passes::RouteIndex index(gateway);
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  json.key("failures");
  json.begin_array();
  for (const ir::Route& route : gateway.routes) {
    for (const ir::Failure failure : routing::failures())
      write_course(json, gateway, route, failure, routing::course(gateway, index, route, failure));
  }
  json.end_array();
  json.end_object();
  return out;
}

}  // namespace gatec::driver
